# mycostr_library(NAME PCH std|asio|... DEPS ...): one folder, one library. All .cpp files of the folder belong to it.
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor
                    -Woverloaded-virtual -Wimplicit-fallthrough)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Without it every build of a precompiled header looks new to ccache.
  add_compile_options("SHELL:-Xclang -fno-pch-timestamp")
endif()
add_compile_definitions(
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_ARRAY BOOST_ASIO_DISABLE_BOOST_BIND SPDLOG_FMT_EXTERNAL)

# Owners of the precompiled headers; every library reuses one of them.
function(mycostr_pch name)
  file(WRITE ${CMAKE_BINARY_DIR}/pch/${name}.cpp "// Holds the precompiled header '${name}'.\n")
  add_library(pch_${name} OBJECT ${CMAKE_BINARY_DIR}/pch/${name}.cpp)
  target_link_libraries(pch_${name} PRIVATE Threads::Threads Boost::headers fmt::fmt)
  target_precompile_headers(pch_${name} PRIVATE ${ARGN})
endfunction()

set(pch_std_headers <algorithm> <array> <chrono> <cstdint> <cstring> <deque> <expected> <functional> <map> <memory>
    <optional> <set> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <fmt/core.h>)
set(pch_asio_headers ${pch_std_headers} <boost/asio/any_io_executor.hpp> <boost/asio/awaitable.hpp>
    <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp> <boost/asio/use_awaitable.hpp>)
mycostr_pch(std ${pch_std_headers})
mycostr_pch(asio ${pch_asio_headers})

function(mycostr_library name)
  cmake_parse_arguments(ARG "" "PCH" "DEPS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_library(${name} STATIC ${sources})
  target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR}/src ${CMAKE_SOURCE_DIR}/include)
  target_link_libraries(${name} PUBLIC Threads::Threads Boost::headers fmt::fmt ${ARG_DEPS})
  if(ARG_PCH)
    target_precompile_headers(${name} REUSE_FROM pch_${ARG_PCH})
  endif()
endfunction()
