# SPDX-License-Identifier: GPL-3.0-or-later
# rehedge_flags: how every C file of the project is compiled and linked.

add_library(rehedge_flags INTERFACE)
target_compile_definitions(rehedge_flags INTERFACE _XOPEN_SOURCE=700 _FILE_OFFSET_BITS=64)
# Without -ffp-contract=off a compiler may fuse a*b+c, and digits depend on the processor.
target_compile_options(rehedge_flags INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
                                               -ffp-contract=off)
# Nobody reads errno after sqrt or traps an inexact result; without these two, loops over doubles
# cannot become vector instructions. Neither changes a digit.
target_compile_options(rehedge_flags INTERFACE -fno-math-errno -fno-trapping-math)
if(REHEDGE_WERROR)
  target_compile_options(rehedge_flags INTERFACE -Werror)
endif()

# No path of this machine in what gets installed: __FILE__ is engine/..., and debuggers are told
# `set substitute-path /usr/src/rehedge <here>`. What is made to be debugged keeps its real paths.
target_compile_options(rehedge_flags INTERFACE "-fmacro-prefix-map=${PROJECT_SOURCE_DIR}/=")
if(NOT (REHEDGE_SANITIZE OR REHEDGE_COVERAGE OR REHEDGE_FUZZ OR CMAKE_BUILD_TYPE STREQUAL "Debug"))
  target_compile_options(rehedge_flags INTERFACE
                         "-fdebug-prefix-map=${PROJECT_SOURCE_DIR}=/usr/src/rehedge"
                         "-fdebug-prefix-map=${PROJECT_BINARY_DIR}=/usr/src/rehedge/build")
endif()

# rehedge_instrument(<flag>...): the same flags for the compiler and the linker.
function(rehedge_instrument)
  target_compile_options(rehedge_flags INTERFACE ${ARGN})
  target_link_options(rehedge_flags INTERFACE ${ARGN})
endfunction()

# The plain build is what ships; these check the assertions too.
if(REHEDGE_SANITIZE OR REHEDGE_COVERAGE OR REHEDGE_FUZZ)
  target_compile_options(rehedge_flags INTERFACE -UNDEBUG)
endif()

if(REHEDGE_SANITIZE)
  list(JOIN REHEDGE_SANITIZE "," sanitizers)
  rehedge_instrument(-fsanitize=${sanitizers} -fno-sanitize-recover=all)
  target_compile_options(rehedge_flags INTERFACE -fno-omit-frame-pointer)
endif()

if(REHEDGE_COVERAGE)
  rehedge_instrument(--coverage)
  target_compile_options(rehedge_flags INTERFACE -O0)
endif()

if(REHEDGE_FUZZ)
  if(NOT CMAKE_C_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "REHEDGE_FUZZ needs libFuzzer: configure with -DCMAKE_C_COMPILER=clang")
  endif()
  rehedge_instrument(-fsanitize=fuzzer-no-link)
endif()

# In what ships and what is timed (rehedge_link_whole) the loop over instants is optimised as a whole
# by gcc's linker, since it calls short functions of many files. Their objects (rehedge_linkable)
# hold machine code too, which tests link in the ordinary, quick way. Digits are the same in both.
# Warnings are those of the compiler (-w): the linker's see through so many calls that some of
# theirs are wrong. Neither for what is made to be debugged or instrumented, nor for clang.
set(rehedge_whole OFF)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU" AND CMAKE_C_COMPILER_VERSION VERSION_GREATER_EQUAL 12
   AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo)$"
   AND NOT (REHEDGE_SANITIZE OR REHEDGE_COVERAGE OR REHEDGE_FUZZ))
  include(CheckIPOSupported)
  check_ipo_supported(RESULT rehedge_whole LANGUAGES C)
endif()
if(rehedge_whole)
  target_link_options(rehedge_flags INTERFACE
                      $<$<NOT:$<BOOL:$<TARGET_PROPERTY:REHEDGE_WHOLE>>>:-fno-lto>)
endif()

function(rehedge_linkable)
  if(rehedge_whole)
    set_property(SOURCE ${ARGN} APPEND PROPERTY COMPILE_OPTIONS -flto -ffat-lto-objects)
  endif()
endfunction()

function(rehedge_link_whole target)
  if(rehedge_whole)
    get_target_property(flags rehedge_flags INTERFACE_COMPILE_OPTIONS)
    set_target_properties(${target} PROPERTIES REHEDGE_WHOLE ON)
    target_link_options(${target} PRIVATE -flto=auto ${flags} -w)
  endif()
endfunction()
