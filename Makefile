# Thin: the commands of the README. Everything else is CMake.
SHELL := /bin/bash
PREFIX ?= /usr/local
JOBS ?= $(shell nproc)
FUZZ_SECONDS ?= 60
DEMO := build/demo

.PHONY: all test demo bench fuzz model install deb format clean

all:
	cmake --preset release
	cmake --build build -j $(JOBS)

# Sanitized; every test under CTest.
test:
	tools/install-packages.sh build libraries tests
	cmake --preset asan
	cmake --build build/asan -j $(JOBS)
	ctest --preset asan -j $(JOBS)

# Replays the sample day of mail: alerts as text on the terminal, as JSON in a file.
demo:
	tools/install-packages.sh build libraries
	$(MAKE) all
	mkdir -p $(DEMO)
	rm -rf $(DEMO)/mails $(DEMO)/day.pcap $(DEMO)/alerts.jsonl
	python3 -B tools/sample-day/build.py -o $(DEMO)/mails
	build/mailtap-synth -o $(DEMO)/day.pcap $(DEMO)/mails
	build/mailtap replay -o '-?format=text' -o file:$(DEMO)/alerts.jsonl $(DEMO)/day.pcap
	@printf '%-26s %s\n' $(DEMO)/alerts.jsonl 'the alerts, one JSON document a line' \
	    $(DEMO)/day.pcap 'the capture they came from' $(DEMO)/mails/ 'the mails of the sample day'

bench:
	tools/install-packages.sh build libraries
	$(MAKE) all
	python3 -B tools/bench/run.py build

fuzz:
	tools/install-packages.sh build libraries tests checks
	cmake --preset fuzz
	cmake --build build/fuzz -j $(JOBS)
	tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS)

# Learns the text model that is shipped anew, from mails that are made up (tools/train/synthetic.py) and nothing else.
model:
	tools/install-packages.sh build libraries
	$(MAKE) all
	rm -rf build/model
	python3 -B tools/train/synthetic.py -o build/model --count 600 --seed 1
	build/mailtap-train --ham build/model/ham --bad build/model/bad --cost 100 -o analysis/data/text.model

install: all
	cmake --install build --prefix $(PREFIX)

deb: all
	cd build && cpack -G DEB

format:
	git ls-files '*.c' '*.h' | xargs clang-format -i

clean:
	rm -rf build
