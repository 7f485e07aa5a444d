# Language level, warnings, sanitizers and LTO for every target of the project.
set(CMAKE_C_STANDARD 17)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_compile_definitions(_GNU_SOURCE MAILTAP_VERSION="${PROJECT_VERSION}")
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings
                    -Wpointer-arith -Wvla -Wformat=2 -fno-strict-aliasing -fstack-protector-strong)
include_directories("${PROJECT_SOURCE_DIR}")

if(MAILTAP_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()
if(MAILTAP_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    add_compile_definitions(_FORTIFY_SOURCE=2)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${MAILTAP_LTO})
endif()
