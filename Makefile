# Everything a newcomer needs: `make demo` shows Compass at work, `make test` passes the tests.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet
PYTEST_ARGS ?=
QRYN := 3.2.39
CHDB := 26.9.0
DEMO_ARGS := $(if $(ONCE),--once) $(if $(PORT),--port $(PORT))

.DEFAULT_GOAL := help
.PHONY: help demo test soak soak-money check coverage counterparts lab accuracy calibrate live examples cost picture bench-engine clean

help: ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/installed: pyproject.toml
	@echo "Setting up $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Compass needs Python 3.11 or newer: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) --upgrade 'pip>=25.1'
	@$(PIP) --editable '.[charts]'
	@touch $@

$(VENV)/installed-dev: $(VENV)/installed
	@$(PIP) --editable '.[charts,llm,mcp]' --group dev
	@touch $@

$(VENV)/installed-lab: $(VENV)/installed
	@$(PIP) --group lab
	@touch $@

demo: $(VENV)/installed ## Watch Compass investigate a recorded incident, in the browser and here (ONCE=1 ends after the run, PORT=n)
	@$(BIN)/compass sandbox $(DEMO_ARGS)

test: $(VENV)/installed-dev ## Run the tests (PYTEST_ARGS=... adds options)
	@$(BIN)/pytest $(PYTEST_ARGS)

soak: $(VENV)/installed-dev ## Run 10,000 random task graphs, and hold the engine to its laws in each (GRAPHS=n)
	@$(BIN)/python -m tests.engine.soak --graphs $(or $(GRAPHS),10000)

soak-money: $(VENV)/installed-dev ## Run 2,000 investigations against a provider that fails in every way, and hold the money to its laws (RUNS=n)
	@$(BIN)/python -m tests.llm.soak --runs $(or $(RUNS),2000)

check: $(VENV)/installed-dev ## Format, lint, types and import contracts
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

counterparts: .compass/counterparts/installed ## Install the server that the clients of Loki and Tempo are tested against (needs npm; 1 GB)

.compass/counterparts/installed: Makefile
	@mkdir -p $(@D)
	@# Its own script would patch a library where npm has not put it, and fails; what is asked of it here needs no patch.
	@NODE_OPTIONS=--use-openssl-ca npm install --prefix $(@D) --ignore-scripts --no-package-lock --no-audit --no-fund --loglevel=error qryn@$(QRYN)
	@$(PYTHON) -m venv $(@D)/chdb
	@$(@D)/chdb/bin/python -m pip --disable-pip-version-check install --quiet 'chdb-core==$(CHDB)'
	@touch $@

coverage: $(VENV)/installed-dev ## Run the tests with line and branch coverage, and hold it to its limits
	@$(BIN)/coverage erase
	@$(BIN)/pytest --cov --cov-report= $(PYTEST_ARGS)
	@$(BIN)/coverage report --include='orchestrator/*' --fail-under=95
	@$(BIN)/coverage report --omit='orchestrator/*' --fail-under=85

lab: $(VENV)/installed-lab ## Record every fault of the lab anew into .compass/lab, 1 h 45 min (ARGS="record NAME --out DIR" for one; needs PostgreSQL)
	@$(BIN)/python -m bench.lab $(or $(ARGS),all --out .compass/lab)

accuracy: $(VENV)/installed-lab ## Measure on recorded incidents (CASES=folder of cases beside those of the lab, SPOILT=1 also spoils them, CASE=one to multiply)
	@$(BIN)/python -m bench.accuracy --lab $(if $(CASES),--cases $(CASES)) $(if $(SPOILT),--spoilt) --write
	@$(if $(CASE),$(BIN)/python -m bench.scaling --case $(CASE) --write)

calibrate: $(VENV)/installed ## Fit confidence anew (CASES=folder of cases, beside those of the lab)
	@$(BIN)/python -m bench.calibrate --lab $(if $(CASES),--cases $(CASES)) --write

live: $(VENV)/installed-dev .compass/counterparts/installed ## Investigate every recording from its folder and from live servers, and compare (needs Prometheus, npm)
	@$(BIN)/python -m bench.live --write $(ARGS)

examples: $(VENV)/installed ## Write docs/examples.md anew: the report on each incident that comes with Compass
	@$(BIN)/python -m bench.examples --write

cost: $(VENV)/installed-dev ## Write docs/cost.md anew: what the calls of a run weigh and cost
	@$(BIN)/python -m bench.cost --write

picture: $(VENV)/installed-dev ## Take the README's picture of the sandbox anew (needs Chromium)
	@$(BIN)/python -m bench.picture

bench-engine: .compass/bench-engine/installed ## Race the engine against the limit and its peers, into docs/performance.md (ARGS="--rounds 9")
	@.compass/bench-engine/bin/python -m bench.engine --write $(ARGS)

.compass/bench-engine/installed: pyproject.toml
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/python -m pip --disable-pip-version-check install --quiet --upgrade 'pip>=25.1'
	@$(@D)/bin/python -m pip --disable-pip-version-check install --quiet --editable . --group engine-bench
	@touch $@

clean: ## Remove what was made here
	@rm -rf $(VENV) .compass .coverage* .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
