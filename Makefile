# From a clone with Python 3.11+, make and a network: `make up` to use it, `make test` to prove it.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install up test test-faults test-api check format bench browser-files clean

VENV := .venv
PYTHON := $(VENV)/bin/python
INSTALLED := $(VENV)/.installed
# More test processes than this need more than two cores.
WORKERS ?= 2
TESTS ?=

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1 — /p' $(MAKEFILE_LIST)

install: $(INSTALLED) ## Make the virtual environment with everything in it

$(INSTALLED): uv.lock pyproject.toml changeoffice/runtime/install.sh
	@bash changeoffice/runtime/install.sh
	@touch $@

up: $(INSTALLED) ## Start everything and keep it running until Ctrl-C
	@exec $(PYTHON) manage.py up

browser-files: $(INSTALLED) ## Fetch and build the browser files
	@$(PYTHON) -m changeoffice.runtime.browser_files

test: browser-files ## Run all tests but the slow fault tests; TESTS=path narrows them
	@exec $(PYTHON) -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not faults" $(TESTS)

test-faults: browser-files ## Run the tests that kill and starve servers
	@exec $(PYTHON) -m pytest -m faults $(TESTS)

test-api: browser-files ## Send made-up requests to every operation as every role (half an hour)
	@EVERY_ROLE=1 exec $(PYTHON) -m pytest tests/test_schemathesis.py

check: browser-files ## Lint, types, import contracts, deploy check, migrations, templates
	@exec bash changeoffice/runtime/check.sh

format: $(INSTALLED) ## Put the code into house format
	@$(VENV)/bin/ruff check --fix-only --quiet . ; $(VENV)/bin/ruff format .

bench: $(INSTALLED) ## Measure against the floors; SIZE=full takes 100,000 projects
	@exec $(PYTHON) -m bench

clean: ## Remove what was built, but not the data in var/
	rm -rf $(VENV) node_modules static_build staticfiles .mypy_cache .pytest_cache .ruff_cache
