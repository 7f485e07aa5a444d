# Thin: the commands of the README. Everything else is CMake.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
packages = $(shell sed 's/\#.*//' tools/packages.txt)

.PHONY: all test demo bench fuzz install deb install-packages format clean

all:
	cmake --preset release
	cmake --build build -j $(JOBS)

# Installs what is missing; needs root only when something is.
install-packages:
	@missing=$$(for p in $(packages); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'install ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then \
	    sudo=; [ "$$(id -u)" = 0 ] || sudo=sudo; \
	    $$sudo apt-get update -q && $$sudo env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi

test: install-packages
	cmake --preset asan
	cmake --build build/asan -j $(JOBS)
	ctest --preset asan -j $(JOBS)

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build
