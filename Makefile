# `make` lists what there is. Everything happens inside this folder: .venv holds the programs,
# .demo holds the demo's homes. `make PYTHON=python3.13 install` picks another interpreter.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?=
VENV := .venv
RUN := $(VENV)/bin/python
UV := $(VENV)/bin/uv
JOBS ?= 2
#: The pure rooms: every branch of them is covered, or the tests fail.
PURE := core spec decide
empty :=
comma := ,

# A developer's own choice of index or extra folders must not leak into what everybody gets.
CLEAN_ENV := env -u PIP_FIND_LINKS -u UV_FIND_LINKS -u UV_INDEX -u UV_INDEX_URL -u UV_EXTRA_INDEX_URL
COMPILE := $(CLEAN_ENV) $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate \
	--custom-compile-command "make lock"

.PHONY: help
help: ## show this list
	@echo "usage: make TARGET"
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' Makefile

# --- to try it ---------------------------------------------------------------------------------

.PHONY: demo
demo: $(VENV)/.installed-runtime ## run an example DAG from start to finish and show what happened
	@$(RUN) -m scripts.demo run

.PHONY: up
up: $(VENV)/.installed-runtime ## the same instance, kept running until Ctrl-C
	@exec $(RUN) -m scripts.demo up

# --- to work on it -----------------------------------------------------------------------------

.PHONY: install
install: $(VENV)/.installed-dev ## create .venv with everything pinned, and Venturi itself, editable

UI := $(shell find ui -name node_modules -prune -o -type f -print)
INPUTS := requirements/uv.txt requirements/build.txt pyproject.toml scripts/install.sh hatch_build.py \
	$(UI)

$(VENV)/.installed-runtime: $(INPUTS) requirements/runtime.txt
	@PYTHON="$(PYTHON)" bash scripts/install.sh runtime

$(VENV)/.installed-dev: $(INPUTS) requirements/dev.txt
	@PYTHON="$(PYTHON)" bash scripts/install.sh dev

.PHONY: test
test: install ## run all tests, with the servers they need, and the quick tier of torture
	@$(RUN) -m coverage run --source=$(subst $(empty) $(empty),$(comma),$(PURE:%=src/venturi/%)) \
		-m pytest -q $(PURE:%=tests/%)
	@$(RUN) -m coverage report --fail-under=100
	@bash scripts/browser.sh
	@$(RUN) -m scripts.services run -- $(RUN) -m pytest -q -n $(JOBS) --ignore=tests/web
	@$(RUN) -m pytest -q -n $(JOBS) tests/web
	@$(RUN) -m scripts.services run -- $(RUN) -m tests.torture.run --lanes 3 --seed $(or $(SEED),301)

.PHONY: services
services: install ## which database servers and brokers the tests find here, or can start
	@$(RUN) -m scripts.services

.PHONY: fuzz
fuzz: install ## ask the REST API what a machine makes up (EXAMPLES=50 of each operation)
	@VENTURI_FUZZ="$(or $(EXAMPLES),50)" $(RUN) -m pytest -q tests/api/test_fuzz.py

.PHONY: check
check: lint types layers test ## everything a change must pass: lint, types, layers, test

.PHONY: lint
lint: install ## ruff: format and rules
	@$(RUN) -m ruff format --check .
	@$(RUN) -m ruff check .

.PHONY: types
types: install ## mypy, strict, on src and tests
	@$(RUN) -m mypy

.PHONY: layers
layers: install ## import-linter: imports go downward only
	@$(VENV)/bin/lint-imports

.PHONY: bench
bench: $(VENV)/.installed-runtime ## measure (ONLY=chain40,fan1000 REPEAT=3); JSON goes to bench-results/
	@$(RUN) -m bench.run $(if $(ONLY),--only "$(ONLY)") $(if $(REPEAT),--repeat "$(REPEAT)")

.PHONY: ui
ui: install ## the web user interface: types, lint, build (needs Node.js 20.19 or newer)
	@cd ui && ([ -x node_modules/.bin/tsc ] || npm ci --ignore-scripts) && npm run --silent check
	@PYTHON="$(PYTHON)" bash scripts/install.sh dev

.PHONY: ui-types
ui-types: install ## the types of the REST API for the pages, from the server's own description
	@$(RUN) -m scripts.openapi > ui/node_modules/.openapi.json
	@cd ui && npm run --silent api

.PHONY: sim
sim: install ## play so many seeded worlds with the real decisions (SEEDS=20000 FIRST=0)
	@$(RUN) -m tests.sim --seeds $(or $(SEEDS),2000) --first $(or $(FIRST),0)

.PHONY: torture
torture: install ## break things and check (ONLY=T02,T05 SEED=1 BACKENDS=sqlite QUEUES=local TIER=full)
	@$(RUN) -m tests.torture.run $(if $(ONLY),--only "$(ONLY)") $(if $(SEED),--seed "$(SEED)") \
		$(if $(BACKENDS),--backends "$(BACKENDS)") $(if $(QUEUES),--queues "$(QUEUES)") \
		$(if $(TIER),--tier "$(TIER)") $(if $(LANES),--lanes "$(LANES)")

.PHONY: lock
lock: install ## compile requirements/*.txt again (UPGRADE=1: to the newest versions)
	@$(COMPILE) $(if $(UPGRADE),--upgrade) pyproject.toml -o requirements/runtime.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) -c requirements/runtime.txt --group dev pyproject.toml \
		-o requirements/dev.txt
	@$(COMPILE) $(if $(UPGRADE),--upgrade) requirements/build.in -o requirements/build.txt
	@$(COMPILE) requirements/uv.in -o requirements/uv.txt

.PHONY: clean
clean: ## remove .venv, the demo's homes, caches and build output
	rm -rf $(VENV) .demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache \
		.coverage dist build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
