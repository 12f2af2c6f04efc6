# make demo and make test do everything on a Debian machine that has Swift.

SHELL := /bin/bash
DATA ?= out/demo
# More arguments of each release build, for example --static-swift-stdlib.
RELEASE ?=

.PHONY: help setup build demo test unit lint bench text-accuracy fuzz deb reference docs clean

help:
	@echo "make demo    set up, build, play the recording through the service, show its alerts and a report"
	@echo "make test    set up, build and run all tests"
	@echo "make setup   install the Debian packages that are missing"
	@echo "make build   release build"
	@echo "make lint    formatting and generated code"
	@echo "make bench   speed, latency and memory beside a plain file, SQLite and raw libzmq"
	@echo "make text-accuracy   language, tone and stance on the labelled headlines, and their speed"
	@echo "make fuzz    damaged input for hours (FUZZ_SECONDS=…, FUZZ_TARGETS=…); what it finds is in out/fuzz"
	@echo "make deb     a Debian package in out/ that needs no Swift (deploy/README.md)"
	@echo "make reference   the reference of all libraries from their comments, in out/reference.doccarchive"
	@echo "make docs    the recording that ships, rebuilt from its inputs"

setup:
	@scripts/setup

build: setup
	swift build -c release $(RELEASE)

demo: build
	@rm -rf $(DATA)
	.build/release/epicenter replay docs/examples/deepseek-2025-01.mcap --out $(DATA) --show-from 2025-01-24 --show-until 2025-01-28
	@echo
	.build/release/epicenter report NVDA/2025-01-27 --data $(DATA)

test: build
	@scripts/setup --tests
	EPICENTER_TEST_PROGRAMS=1 swift build -c release $(RELEASE) --product epicenter-misbehave
	EPICENTER_BIN=$(CURDIR)/.build/release EPICENTER_PYTHON=$(CURDIR)/.venv/bin/python3 scripts/test

lint:
	@scripts/setup --tests
	swift format lint --strict --recursive Package.swift Sources Tests Benchmarks
	scripts/generate-schema --check

bench:
	@scripts/setup --bench
	EPICENTER_BENCHMARKS=1 swift build -c release $(RELEASE)
	.build/release/epicenter-bench

text-accuracy: setup
	EPICENTER_BENCHMARKS=1 swift build -c release $(RELEASE) --product epicenter-text-accuracy
	.build/release/epicenter-text-accuracy

fuzz: setup
	EPICENTER_BENCHMARKS=1 swift build -c release $(RELEASE) --product epicenter-fuzz
	.build/release/epicenter-fuzz run $(if $(FUZZ_SECONDS),--seconds $(FUZZ_SECONDS)) $(FUZZ_TARGETS)

deb: setup
	scripts/build-deb

reference: setup
	scripts/check-reference

docs: build
	scripts/build-recording

clean:
	rm -rf .build out
