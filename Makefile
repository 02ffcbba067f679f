# One word for everything people do here. `make` alone explains.
PYTHON ?= python3
BIN := .venv/bin
RUN := $(BIN)/python -m
ROUNDS ?= all

.DEFAULT_GOAL := help
.PHONY: help setup ready demo story test browser screenshots check size bench chaos docs

help: ## this list
	@echo "make <word>, on a machine with Python 3.11 or newer:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' Makefile

setup: ready ## the environment in .venv, made or brought up to the lock when needed
	@echo "setup: $$($(BIN)/python --version) with everything of tests/requirements.txt"

ready:
	@if ! cmp -s tests/requirements.txt $(BIN)/installed.txt; then \
	  $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "certdesk needs Python 3.11 or newer: make PYTHON=python3.12 ...")' && \
	  echo "setup: filling .venv from tests/requirements.txt, a minute or two" && \
	  { test -x $(BIN)/python || $(PYTHON) -m venv .venv; } && \
	  $(RUN) pip install -q --disable-pip-version-check --require-hashes -r tests/requirements.txt && \
	  cp tests/requirements.txt $(BIN)/installed.txt; \
	fi

demo: ## certdesk in your browser, with everything around it, on this machine alone (DEMO_PORT=8400)
	@trap : INT; began=$$(date +%s) && $(MAKE) -s ready && $(RUN) tests.sandbox demo $$began

story: ready ## the agency's guide from first to last step, told by what each person sees
	@$(RUN) tests.sandbox story

test: ready ## every test this machine can run, with the coverage of bot and handlers
	@$(RUN) pytest -q -n 2 tests --cov --cov-report=term --cov-fail-under=95

browser: ready ## the page as people use it, in a real browser; needs chromium-headless-shell
	@$(RUN) pytest -q -p no:randomly tests/browser

screenshots: ready ## a picture of everything people meet, into build/screenshots
	@$(RUN) tests.browser.shots

check: ready ## format, lint, types, import rules, the house's own tests, made pages, spelling
	@bad=; step() { name=$$1; shift; echo "-- $$name"; "$$@" || bad="$$bad, $$name"; }; \
	step format $(BIN)/ruff format --check -q --output-format concise .; \
	step lint $(BIN)/ruff check -q --output-format concise .; \
	step types $(BIN)/mypy; \
	step imports $(BIN)/lint-imports --no-logo; \
	step house $(RUN) pytest -q tests/house; \
	step docs $(RUN) tests.house.docs --check; \
	step spelling sh -c 'git ls-files -z | xargs -0 $(BIN)/codespell'; \
	if [ -n "$$bad" ]; then echo "check: to mend: $${bad#, }"; exit 1; fi; echo "check: nothing to mend"

size: ready ## how big everything is, against what it may be
	@$(RUN) tests.house.size

bench: ready ## how fast it is, on this machine
	@$(RUN) pytest -q -s -p no:randomly tests/bench

chaos: ready ## kill, cut and repeat: one purchase all the same (ROUNDS=10 for less)
	@CHAOS_ROUNDS=$(ROUNDS) $(RUN) pytest -q tests/chaos

docs: ready ## write the pages that are made from the code
	@$(RUN) tests.house.docs
