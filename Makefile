# Everything a person or CI does with this repository. `make help` lists it.

VENV ?= .venv
PORT ?= 8000
HOST ?= 127.0.0.1
# The newest Python on the machine that is new enough; `make run PYTHON=…` overrides.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$python && break; done)

BIN := $(VENV)/bin
# A copy of the requirements last installed: a new clone, a rebase or a touched file does not install again by itself.
RUN_STAMP := $(VENV)/installed-requirements.txt
DEV_STAMP := $(VENV)/installed-requirements-dev.txt
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

.DEFAULT_GOAL := help
.SUFFIXES:
# Steps of the gate share the database and the caches of mypy and pytest.
.NOTPARALLEL:

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo "  Variables: PORT=$(PORT) HOST=$(HOST) VENV=$(VENV) PYTHON=$(PYTHON)"

# --- Environment -------------------------------------------------------------------------------------------------

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "CoStory needs Python 3.11 or newer; none was found. Try: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module does not work here. On Debian and Ubuntu: apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }

$(RUN_STAMP): requirements.txt | $(BIN)/python
	@cmp -s requirements.txt $@ || { echo "Installing dependencies…"; $(INSTALL) -r requirements.txt; }
	@cp requirements.txt $@

$(DEV_STAMP): requirements-dev.txt | $(BIN)/python
	@cmp -s requirements-dev.txt $@ || { echo "Installing dependencies and tools…"; $(INSTALL) -r requirements-dev.txt; }
	@cp requirements-dev.txt $@
	@cp requirements.txt $(RUN_STAMP)

.PHONY: messages-compiled
messages-compiled:
	@$(BIN)/python -m scripts.compile_messages

# --- Run ---------------------------------------------------------------------------------------------------------

.PHONY: run
run: $(RUN_STAMP) messages-compiled ## Start CoStory on PORT, with demo data; needs no key and no other service
	@settle() { grep -Eqs "^[[:space:]]*(export[[:space:]]+)?$$1=" .env; }; \
	settle DEBUG || export DEBUG=$${DEBUG:-1}; \
	settle APP_URL || export APP_URL=$${APP_URL:-http://localhost:$(PORT)}; \
	$(BIN)/python manage.py migrate --verbosity 0 && \
	$(BIN)/python manage.py collectstatic --noinput --verbosity 0 && \
	$(BIN)/python manage.py seed_demo && \
	$(BIN)/python manage.py seed_answers && \
	exec $(BIN)/uvicorn costory.asgi:application --host $(HOST) --port $(PORT) --timeout-graceful-shutdown 20

# --- Tests -------------------------------------------------------------------------------------------------------

# Two workers: one waits on the browser or the server while the other computes. PYTEST_ARGS narrows: -k, a path.
PYTEST := $(BIN)/python -m pytest
PYTEST_WORKERS ?= 2
PYTEST_ARGS ?=

.PHONY: test
test: $(DEV_STAMP) messages-compiled ## All tests on SQLite, those of the database again on PostgreSQL
	@$(BIN)/python -m tests.postgres --check
	@echo "=== Tests on SQLite"
	@$(PYTEST) -n $(PYTEST_WORKERS) $(PYTEST_ARGS)
	@$(BIN)/python -m tests.postgres --if-possible -- $(PYTEST) -n $(PYTEST_WORKERS) -m "not browser" $(PYTEST_ARGS)

.PHONY: test-sqlite
test-sqlite: $(DEV_STAMP) messages-compiled ## The tests on SQLite only
	@$(PYTEST) -n $(PYTEST_WORKERS) $(PYTEST_ARGS)

.PHONY: test-postgres
test-postgres: $(DEV_STAMP) messages-compiled ## The tests on PostgreSQL only
	@$(BIN)/python -m tests.postgres -- $(PYTEST) -n $(PYTEST_WORKERS) -m "not browser" $(PYTEST_ARGS)

# --- The gate ----------------------------------------------------------------------------------------------------

.PHONY: check
check: $(DEV_STAMP) lint types layers templates migrations translations secrets dependencies deployable ## The gate, without tests
	@echo "The gate is open."

.PHONY: lint types layers templates migrations translations secrets dependencies deployable
lint: $(DEV_STAMP)
	@$(BIN)/ruff check --quiet .
	@$(BIN)/ruff format --quiet --check . || { echo "Run: make format" >&2; exit 1; }

types: $(DEV_STAMP)
	@$(BIN)/mypy --no-error-summary .

layers: $(DEV_STAMP)
	@report=$$($(BIN)/lint-imports --no-logo 2>&1) || { echo "$$report" >&2; exit 1; }

templates: $(DEV_STAMP)
	@$(BIN)/djlint --quiet --lint templates

migrations: $(DEV_STAMP)
	@DEBUG=1 $(BIN)/python manage.py makemigrations --check --dry-run --verbosity 1

translations: $(DEV_STAMP)
	@$(BIN)/python -m scripts.check_translations

secrets: $(DEV_STAMP)
	@$(BIN)/python -m scripts.check_secrets

dependencies: $(DEV_STAMP)
	@$(BIN)/python -m scripts.check_dependencies

deployable: $(DEV_STAMP)
	@$(BIN)/python -m scripts.check_deploy

# --- Chores ------------------------------------------------------------------------------------------------------

.PHONY: format
format: $(DEV_STAMP) ## Put the code in its form
	@$(BIN)/ruff check --quiet --fix-only .
	@$(BIN)/ruff format --quiet .

.PHONY: messages
messages: $(DEV_STAMP) ## Collect the texts to translate into locale/ (needs gettext) and compile them
	@DEBUG=1 $(BIN)/python -m scripts.extract_messages
	@$(BIN)/python -m scripts.compile_messages

LOCK := $(BIN)/uv pip compile --quiet --generate-hashes --no-emit-index-url --no-emit-find-links --python-version 3.11 --universal

.PHONY: lock
lock: $(DEV_STAMP) ## Resolve requirements*.in into requirements*.txt (needs the network)
	@$(LOCK) requirements.in -o requirements.txt
	@$(LOCK) requirements-dev.in -o requirements-dev.txt

.PHONY: bench
bench: $(DEV_STAMP) messages-compiled ## Measure the speed budgets as ratios (takes minutes, wants a quiet machine)
	@$(BIN)/python -m bench

.PHONY: screenshots
screenshots: $(DEV_STAMP) messages-compiled ## Take the pictures in docs/screenshots (needs Chromium)
	@$(BIN)/python -m tests.browser.screenshots

.PHONY: clean
clean: ## Remove what the tools leave behind; keeps .venv, .env and the database
	@rm -rf staticfiles htmlcov test-results .coverage .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	@find . -name __pycache__ -type d -not -path './$(VENV)/*' -prune -exec rm -rf {} +
