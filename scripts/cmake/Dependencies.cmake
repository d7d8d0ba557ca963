# SPDX-License-Identifier: GPL-3.0-or-later
# rehedge_dependencies: every library the engine links. All that is missing is named at once, each
# with the Debian package that brings it; scripts/setup.sh installs them.

set(rehedge_missing "")

# rehedge_require(<found> <what it is> <Debian package>)
macro(rehedge_require found what package)
  if(NOT ${found})
    message(SEND_ERROR "${what} is missing: apt-get install ${package} (or see scripts/setup.sh)")
    list(APPEND rehedge_missing ${package})
  endif()
endmacro()

macro(rehedge_stop_if_missing)
  if(rehedge_missing)
    list(JOIN rehedge_missing " " rehedge_missing)
    message(FATAL_ERROR "Nothing is built until these are there: ${rehedge_missing}")
  endif()
endmacro()

add_library(rehedge_dependencies INTERFACE)

find_package(PkgConfig QUIET)
rehedge_require(PKG_CONFIG_FOUND "pkg-config" pkg-config)
rehedge_stop_if_missing()

set(THREADS_PREFER_PTHREAD_FLAG ON)
find_package(Threads REQUIRED)

find_package(SQLite3 3.37 QUIET) # the first with STRICT tables
rehedge_require(SQLite3_FOUND "SQLite 3.37 or later" libsqlite3-dev)
find_package(GSL QUIET)
rehedge_require(GSL_FOUND "GSL (GNU Scientific Library)" libgsl-dev)
find_package(ZLIB QUIET)
rehedge_require(ZLIB_FOUND "zlib" zlib1g-dev)
pkg_check_modules(YAML QUIET IMPORTED_TARGET yaml-0.1)
rehedge_require(YAML_FOUND "libyaml" libyaml-dev)
pkg_check_modules(NETTLE QUIET IMPORTED_TARGET nettle)
rehedge_require(NETTLE_FOUND "nettle" nettle-dev)
pkg_check_modules(ZSTD QUIET IMPORTED_TARGET libzstd)
rehedge_require(ZSTD_FOUND "libzstd" libzstd-dev)
pkg_check_modules(ISAL QUIET IMPORTED_TARGET libisal)

# libcsv ships neither a pkg-config nor a CMake file.
find_path(CSV_INCLUDE_DIR csv.h)
find_library(CSV_LIBRARY csv)
mark_as_advanced(CSV_INCLUDE_DIR CSV_LIBRARY)
set(CSV_FOUND OFF)
if(CSV_INCLUDE_DIR AND CSV_LIBRARY)
  set(CSV_FOUND ON)
endif()
rehedge_require(CSV_FOUND "libcsv (csv.h and libcsv)" libcsv-dev)

rehedge_stop_if_missing()

target_include_directories(rehedge_dependencies SYSTEM INTERFACE ${CSV_INCLUDE_DIR})
target_link_libraries(
  rehedge_dependencies
  INTERFACE SQLite::SQLite3 GSL::gsl ZLIB::ZLIB PkgConfig::YAML PkgConfig::NETTLE PkgConfig::ZSTD
            ${CSV_LIBRARY} Threads::Threads ${CMAKE_DL_LIBS} m)

# Decompresses several times as fast as zlib, and gives the same bytes; there is none for some machines.
if(ISAL_FOUND)
  target_compile_definitions(rehedge_dependencies INTERFACE REHEDGE_HAVE_ISAL)
  target_link_libraries(rehedge_dependencies INTERFACE PkgConfig::ISAL)
else()
  message(STATUS "isa-l is absent, gzip and zip go through zlib (apt-get install libisal-dev)")
endif()
