# `make` lists the targets. Everything runs in .venv, which `make setup` builds from requirements.lock.

IS_NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for p in python3.11 python3; do $$p -c '$(IS_NEW_ENOUGH)' 2>/dev/null && echo $$p && break; done),python3)
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check
STAMP := $(VENV)/.groundswell-setup

.DEFAULT_GOAL := help
.PHONY: help setup run play test test-slow lint format validate bench lock clean

help: ## list the targets (ARGS="…" is passed on to the program)
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## create .venv from requirements.lock; does nothing when nothing changed

$(STAMP): requirements.lock pyproject.toml
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { \
		"$(PYTHON)" -c '$(IS_NEW_ENOUGH)' 2>/dev/null || { \
			echo "Groundswell needs Python 3.11 or newer, and '$(PYTHON)' is not: name one with 'make setup PYTHON=/path/to/python3.11'." >&2; exit 1; }; \
		"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { \
			echo "'$(PYTHON)' cannot make virtual environments: install its venv package first (Debian and Ubuntu: 'apt-get install python3-venv')." >&2; exit 1; }; \
		echo "Creating $(VENV) with $$("$(PYTHON)" --version)"; \
		"$(PYTHON)" -m venv --clear $(VENV); }
	@echo "Installing requirements.lock into $(VENV) (a minute or two the first time)"
	@$(PIP_INSTALL) -r requirements.lock
	@$(PIP_INSTALL) --no-deps --editable .
	@touch $@

run: setup ## the headline study: figures, table, report
	$(BIN)/python -m experiments.run $(ARGS)

test: setup ## the fast tests
	$(BIN)/python -m pytest -n auto --dist worksteal -m "not slow" $(ARGS)

test-slow: setup ## the slow tests
	$(BIN)/python -m pytest -n auto --dist worksteal -m slow $(ARGS)

lint: setup ## style, formatting, types and the arrows between packages
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put the code into shape
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

play: setup ## a classroom in one file, in which the model itself runs (docs/classroom.md)
	$(BIN)/python -m experiments.play $(ARGS)

validate: setup ## published results, expected beside measured
	$(BIN)/python -m experiments.validate $(ARGS)

bench: setup ## speed and memory on this machine
	$(BIN)/python -m benchmarks $(ARGS)

lock: setup ## pin the dependencies of pyproject.toml again (ARGS=--upgrade takes newer releases)
	$(BIN)/pip-compile --quiet --extra dev --extra ray --extra slurm --extra dask --extra analysis --extra posterior --extra solara --strip-extras --allow-unsafe --no-emit-index-url --no-emit-find-links \
		--no-emit-trusted-host --output-file requirements.lock $(ARGS) pyproject.toml

clean: ## remove caches and builds; .venv and results/ stay
	rm -rf build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -path ./$(VENV) -prune -o -path ./.git -prune -o -type d -name __pycache__ -exec rm -rf {} +
