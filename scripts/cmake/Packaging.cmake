# SPDX-License-Identifier: GPL-3.0-or-later
# What gets installed, and the Debian package (cpack -G DEB).
#
#   bin/rehedge   include/rehedge/strategy.h   lib/pkgconfig/rehedge.pc   lib/rehedge_store.so
#   share/rehedge/data   share/rehedge/plots   share/rehedge/template   share/rehedge/download
#   share/doc/rehedge
#
# The program finds its data in $REHEDGE_DATA, else in ../share/rehedge seen from its own folder,
# else in REHEDGE_INSTALL_DATADIR; so an installation may be moved, and the build tree works alike.

file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/rehedge)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/data ${PROJECT_BINARY_DIR}/share/rehedge/data SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/scripts/plots ${PROJECT_BINARY_DIR}/share/rehedge/plots
     SYMBOLIC)

# The version of the plug-in interface is written in one place, its header.
set(abi_header ${PROJECT_SOURCE_DIR}/engine/strategy/rehedge/strategy.h)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${abi_header})
file(STRINGS ${abi_header} abi_line REGEX "^#define REHEDGE_ABI +[0-9]+")
string(REGEX REPLACE "^#define REHEDGE_ABI +([0-9]+).*" "\\1" rehedge_abi "${abi_line}")
if(NOT rehedge_abi MATCHES "^[0-9]+$")
  message(FATAL_ERROR "${abi_header}: no line '#define REHEDGE_ABI <number>'")
endif()

set(pkgconfig_dir ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
file(RELATIVE_PATH pc_to_prefix /prefix/${pkgconfig_dir} /prefix)
string(REGEX REPLACE "/$" "" pc_to_prefix "${pc_to_prefix}")
configure_file(${PROJECT_SOURCE_DIR}/scripts/cmake/rehedge.pc.in rehedge.pc @ONLY)

set(data_dir ${CMAKE_INSTALL_DATADIR}/rehedge)
install(TARGETS rehedge RUNTIME)
install(TARGETS rehedge_store LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${abi_header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/rehedge)
install(FILES ${PROJECT_BINARY_DIR}/rehedge.pc DESTINATION ${pkgconfig_dir})
install(DIRECTORY data/ DESTINATION ${data_dir}/data)
install(DIRECTORY scripts/plots/ DESTINATION ${data_dir}/plots FILES_MATCHING PATTERN "*.gp")
install(DIRECTORY strategies/template/ DESTINATION ${data_dir}/template)
install(PROGRAMS scripts/download/tardis.sh scripts/download/binance.sh
                 scripts/download/deribit.sh
        DESTINATION ${data_dir}/download)
install(FILES scripts/download/fetch.sh DESTINATION ${data_dir}/download)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright)

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "rehedge authors")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
    "rehedge replays option books against recorded or simulated markets and answers
how often to rebalance, where the profit and loss came from, and which hedge
threshold would have held up out of sample.")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION math)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON) # needs dpkg-dev
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libsqlite3-0 (>= 3.37)") # STRICT tables, which no symbol shows
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "gnuplot-nox | gnuplot, fonts-inter, tzdata")
include(CPack)
