# Thin: each target calls the tool or the Swift package manager. `make` alone lists the targets.
SHELL := /bin/bash
TOOL := .build/release/needletail

.DEFAULT_GOAL := help
.PHONY: help packages build run start stop test bench fuzz soak clean

help: ## This list
	@echo "Needletail. Targets:"
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1|/' | awk -F'|' '{printf "  make %-10s %s\n", $$1, $$2}'

packages: ## Install the Debian packages that are missing
	@tuning/packages.sh

build: packages ## Build the release binary
	@echo "build: compiling the release binary (the first time takes some minutes)"
	swift build -c release --product needletail

run: build ## Trade for 30 s against the loopback venue, in front of your eyes
	$(TOOL) demo

# An operator in a hurry does not wait for a compiler: these two build only where there is no binary at all.
$(TOOL):
	@$(MAKE) build

start: $(TOOL) ## Engine and guard in the background: make start CONFIG=run.yaml
	@[ -n "$(CONFIG)" ] || { echo "make start needs CONFIG=FILE, the run's YAML file; presets are in config/"; exit 2; }
	@$(TOOL) start --config $(CONFIG)

stop: $(TOOL) ## Cancel everything and say what was proved: make stop [CONFIG=run.yaml]
	@$(TOOL) stop $(if $(CONFIG),--config $(CONFIG))

test: packages ## Every test: units, conformance, official clients, end to end
	@Tests/run.sh

bench: build ## Measure the hot path on this machine (a few minutes)
	swift build -c release --product benchjson
	$(TOOL) bench --json .build/bench.json --html .build/bench.html
	@echo "bench: .build/bench.html has the curves, .build/bench.json the figures"

soak: build ## Hours, resumable: 1,000 fresh seeds over 120 days, 10,000 kills, 500 power cuts (SEED= SEEDS= DAYS= KILLS= CUTS= FRESH=1)
	@Tests/Soak/soak.py

fuzz: packages ## Every fuzzer for a minute (FUZZ_SECONDS=60) with a new seed
	NEEDLETAIL_FUZZ_SECONDS=$${FUZZ_SECONDS:-60} NEEDLETAIL_SEED=$${NEEDLETAIL_SEED:-$$(date +%s)} swift test --filter FuzzTests

clean: ## Remove what was built
	rm -rf .build
