# Everything that a user or a test machine does, as targets; `make` alone lists them.

PREFIX ?= /usr/local
LENSCTL = .build/release/lensctl
# One flag for all that is built so: Swift's libraries become part of each program, which then starts
# sooner and runs where Swift is not installed.
RELEASE = -c release --static-swift-stdlib
EMOJI = examples/emoji
OUT ?= out
DATA ?= ../shared/data
PYTHON ?= python3
BENCH ?=
SECONDS_A_TARGET ?= 60
TARGET ?=
SEEDS ?= 40
DEMO_VARIANTS = --variant dec.lin --variant enc.lin --variant dec.abs --alpha-sweep 1,4,13,40

.PHONY: help setup build demo test lint unit-tests check-demo check-report check-verdicts check-exports check-bench check-crash crash \
	test-cluster check-slurm check-dask oracle calibrate fuzz check-fuzz bench scaling time-exports manual install uninstall clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1|/' \
	  | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

setup: ## Install the Debian packages that are missing
	@scripts/setup.sh

build: setup ## Build lensctl, optimised: .build/release/lensctl
	swift build $(RELEASE) --product lensctl

demo: build ## Read the autoencoders of examples/emoji and show what their features mean
	@mkdir -p $(OUT)
	@for sae in embed resid; do \
	  $(LENSCTL) scan --model $(EMOJI)/model --sae $(EMOJI)/sae-$$sae --labels $(EMOJI)/labels.txt \
	    --direction decoder --out $(OUT)/emoji-$$sae --force || exit; \
	done
	@echo; echo "The autoencoder on the image embedding, its clearest features, then some at random:"
	@for choice in "--sharpest 12" "--random 8"; do \
	  $(LENSCTL) show $(OUT)/emoji-embed $$choice --top 2 \
	    --fires-on $(EMOJI)/sae-embed/top_pictures.safetensors --fires-on-names $(EMOJI)/emoji.txt \
	    || exit; \
	done
	@echo; echo "The one before the last block, read as if that block were not there:"
	@for choice in "--sharpest 12" "--random 8"; do \
	  $(LENSCTL) show $(OUT)/emoji-resid $$choice --top 2 \
	    --fires-on $(EMOJI)/sae-resid/top_pictures.safetensors --fires-on-names $(EMOJI)/emoji.txt \
	    || exit; \
	done
	@echo; echo "The same, judged: do the words hold?"
	@$(LENSCTL) verdict --model $(EMOJI)/model --sae $(EMOJI)/sae-resid --labels $(EMOJI)/labels.txt \
	  --truth $(EMOJI)/activations.safetensors --direction decoder --map linear $(DEMO_VARIANTS) \
	  --out $(OUT)/emoji-verdict --force
	@$(LENSCTL) report $(OUT)/emoji-verdict --out $(OUT)/report.html --force \
	  --fires-on $(EMOJI)/sae-resid/top_pictures.safetensors --fires-on-names $(EMOJI)/labels.txt \
	  --sprite $(EMOJI)/pictures.png --recompute
	@echo; echo "All of that in pictures, to open in a browser: $(OUT)/report.html"

test: ## Lint, build with warnings as errors, run the demo and all tests, as CI does
	@scripts/setup.sh --test
	@$(MAKE) --no-print-directory lint demo check-demo check-report check-verdicts check-exports check-bench check-crash unit-tests test-cluster

lint:
	swift format lint --strict --recursive Package.swift Sources Tests benchmarks

check-demo:
	/usr/bin/python3 Tests/Oracle/recompute_run.py $(OUT)/emoji-embed --model $(EMOJI)/model \
	  --sae $(EMOJI)/sae-embed
	/usr/bin/python3 Tests/Oracle/recompute_run.py $(OUT)/emoji-resid --model $(EMOJI)/model \
	  --sae $(EMOJI)/sae-resid

check-report:
	/usr/bin/python3 Tests/Browser/check_report.py --lensctl $(LENSCTL) --work $(OUT) \
	  --page $(OUT)/report.html --run $(OUT)/emoji-verdict

check-verdicts:
	/usr/bin/python3 Tests/Oracle/calibrate.py --lensctl $(LENSCTL) --small

# The tools that exports are opened by, in the versions that requirements name, apart from the machine's own Python.
READERS = .build/export-readers

$(READERS)/installed: Tests/Oracle/exports-requirements.txt
	@rm -rf $(READERS)
	@/usr/bin/python3 -m venv $(READERS)
	@$(READERS)/bin/pip install --quiet --disable-pip-version-check --requirement $< || { \
	  echo "check-exports: pip could not install what $< lists, by which exports are opened;" >&2; \
	  echo "check-exports: without a network run the other checks of 'make test' one by one" >&2; exit 69; }
	@touch $@

check-exports: $(READERS)/installed
	$(READERS)/bin/python Tests/Oracle/check_exports.py --lensctl $(LENSCTL) --work $(OUT)/exports
	$(READERS)/bin/python benchmarks/exports.py --lensctl $(LENSCTL) --work $(OUT)/exports \
	  --features 100000 --repeats 1 --limit 32 >$(OUT)/exports-memory.txt

# What stands after the faults is compared byte by byte; the long form takes some 15 minutes.
check-crash:
	/usr/bin/python3 Tests/Crash/crash.py both --lensctl $(LENSCTL) --work $(OUT)/crash --kills 40 --step 31

crash: build ## Send 1,000 SIGKILLs to a run, and fail each of its system calls once (strace)
	$(PYTHON) Tests/Crash/crash.py both --lensctl $(LENSCTL) --work $(OUT)/crash

unit-tests:
	swift build --build-tests
	swift test --skip-build --disable-xctest

oracle: build ## Compare with transformers, safetensors, sae-lens and NumPy (needs them, SciPy and torch)
	$(PYTHON) Tests/Oracle/full_size.py --work $(OUT)/full-size --data $(DATA) --lensctl $(LENSCTL)
	$(PYTHON) Tests/Oracle/fuzz_safetensors.py --lensctl $(LENSCTL)
	$(PYTHON) Tests/Oracle/check_convert.py --lensctl $(LENSCTL)
	$(PYTHON) Tests/Oracle/check_verdict.py --lensctl $(LENSCTL)
	$(PYTHON) Tests/Oracle/check_ladder.py --lensctl $(LENSCTL)

calibrate: build ## Judge planted worlds, and print which verdicts each cause gets (SEEDS=40; NumPy)
	@mkdir -p $(OUT)
	$(PYTHON) Tests/Oracle/calibrate.py --lensctl $(LENSCTL) --seeds $(SEEDS) --log $(OUT)/calibrate.jsonl

# The engine is built anew below .build/fuzz, instrumented; its internals are what is fuzzed.
fuzz: ## Give every reader of files changed inputs (SECONDS_A_TARGET=60, TARGET=all of them)
	swift build --package-path Tests/Fuzz --scratch-path .build/fuzz -c release --product Fuzz \
	  -Xswiftc -enable-testing -Xswiftc -sanitize=fuzzer,address
	Tests/Fuzz/run.sh $(SECONDS_A_TARGET) $(OUT)/fuzz $(TARGET)

check-fuzz:
	$(MAKE) --no-print-directory fuzz SECONDS_A_TARGET=2

bench: build ## Time the engine beside bare products, naive loops, NumPy, PyTorch, transformers
	swift build $(RELEASE) --product enginebench
	@mkdir -p $(OUT)
	PYTHON=$(PYTHON) .build/release/enginebench $(BENCH) --csv $(OUT)/bench.csv

# Python's Dask, in the versions that requirements name, apart from the machine's own.
DASK = .build/dask

$(DASK)/installed: Tests/Cluster/dask-requirements.txt
	@rm -rf $(DASK)
	@/usr/bin/python3 -m venv $(DASK)
	@$(DASK)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

test-cluster: build ## Do a campaign under a Slurm and under Dask while tasks, workers and a node are lost
	@if scripts/setup.sh --cluster; then $(MAKE) --no-print-directory check-slurm; \
	else echo "test-cluster: skipped: Debian's packages of Slurm do not install here"; fi
	@if $(MAKE) --no-print-directory $(DASK)/installed; then $(MAKE) --no-print-directory check-dask; \
	else echo "test-cluster: skipped: pip does not install Dask here"; fi

# 77: this machine cannot have a Slurm of its own, as it has said.
check-slurm:
	@/usr/bin/python3 Tests/Cluster/check_slurm.py --lensctl $(LENSCTL) --work $(OUT)/cluster/slurm || [ $$? = 77 ]

check-dask: $(DASK)/installed
	@/usr/bin/python3 Tests/Cluster/check_dask.py --lensctl $(LENSCTL) --python $(DASK)/bin/python --work $(OUT)/cluster/dask

check-bench:
	swift build $(RELEASE) --product enginebench
	@mkdir -p $(OUT)
	.build/release/enginebench --help >$(OUT)/bench-usage.txt
	PYTHON=/usr/bin/python3 .build/release/enginebench --smoke --csv $(OUT)/bench-smoke.csv \
	  >$(OUT)/bench-smoke.txt 2>&1 || { cat $(OUT)/bench-smoke.txt; exit 1; }
	/usr/bin/python3 benchmarks/scaling.py --lensctl $(LENSCTL) --work $(OUT)/scaling --divide 64 \
	  --repeats 1 >$(OUT)/scaling-smoke.txt

scaling: build ## Time a million features and 37,445 labels, and sample the memory used
	$(PYTHON) benchmarks/scaling.py --lensctl $(LENSCTL) --work $(OUT)/scaling

time-exports: build ## Time exports and report of a million features, and sample the memory used (needs NumPy)
	$(PYTHON) benchmarks/exports.py --lensctl $(LENSCTL) --work $(OUT)/exports-time

# From a debug build: the plugin would build the optimised program again, without RELEASE's flag.
manual: build
	swift package generate-manual --multi-page --configuration debug

install: manual ## Install the binary, completions and man pages below PREFIX
	install -D -s -m 755 $(LENSCTL) $(DESTDIR)$(PREFIX)/bin/lensctl
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/lensctl LICENSE NOTICE
	install -d $(DESTDIR)$(PREFIX)/share/man/man1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d
	install -m 644 .build/plugins/GenerateManual/outputs/lensctl/*.1 \
	  $(DESTDIR)$(PREFIX)/share/man/man1
	$(LENSCTL) --generate-completion-script bash \
	  > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/lensctl
	$(LENSCTL) --generate-completion-script zsh \
	  > $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_lensctl
	$(LENSCTL) --generate-completion-script fish \
	  > $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/lensctl.fish

uninstall: ## Remove what install put below PREFIX
	rm -f $(DESTDIR)$(PREFIX)/bin/lensctl $(DESTDIR)$(PREFIX)/share/man/man1/lensctl*.1 \
	  $(DESTDIR)$(PREFIX)/share/bash-completion/completions/lensctl \
	  $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_lensctl \
	  $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/lensctl.fish
	rm -rf $(DESTDIR)$(PREFIX)/share/doc/lensctl

clean: ## Remove what was built and written here
	rm -rf .build $(OUT)
