# Every command of the project; `make` alone lists them. Nothing else is needed than GNU make and Python 3.11 or newer.
# Not here: what a command does (python -m dagster_project), what CI calls (.ci/run).

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
# Spark with its 600 MB of jars lives apart; its lock holds the very same versions of everything else.
SPARK_VENV := .venv-spark
SPARK_INSTALLED := $(SPARK_VENV)/.installed
# A server that speaks S3, for the system tests.
STORE_VENV := .venv-object-store
STORE_INSTALLED := $(STORE_VENV)/.installed
# Twice quiet: an index that is configured on the machine but holds only some packages is no news; errors still show.
PIP := $(BIN)/python -m pip -qq --disable-pip-version-check
PYTEST := $(BIN)/python -m pytest
# sqlfluff lets dbt render the models: that needs a warehouse's name, not its data.
DBT_DRY = SEGMENTATION_WAREHOUSE=:memory: SEGMENTATION_LAKE=data/lake SEGMENTATION_STAGING_MODELS=$$($(BIN)/python -c \
	"from dagster_project.transformation.project import staging_models; print(staging_models())")

# Unset, every start would compile all imports again (5 CPU seconds for dagster_dbt alone).
unexport PYTHONDONTWRITEBYTECODE
# A library looks for git when it is imported; the project does not need it.
export GIT_PYTHON_REFRESH := quiet
# Neither orchestrator nor dbt sends usage figures from here.
export DAGSTER_DISABLE_TELEMETRY := yes
export DBT_SEND_ANONYMOUS_USAGE_STATS := false
export DO_NOT_TRACK := 1

.PHONY: help setup run dev doctor dry-run quarantine erase test test-system test-long test-spark setup-spark bench check format lock clean

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(INSTALLED) ## Create .venv with everything at its locked version (once, and again when the lock changes)
	@:

run: $(INSTALLED) ## Run the whole way once: deliveries in, segment tables published, a summary
	@$(BIN)/python -m dagster_project refresh

dev: $(INSTALLED) ## Open the Dagster UI on http://127.0.0.1:3000
	@exec $(BIN)/python -m dagster_project dev

doctor: $(INSTALLED) ## Check the deployment and say what to do: settings, landing, contracts, locks, published file
	@$(BIN)/python -m dagster_project doctor

dry-run: $(INSTALLED) ## Say what a load would accept, reject and replace; load nothing
	@$(BIN)/python -m dagster_project dry-run

quarantine: $(INSTALLED) ## List rejected rows and held-back deliveries, and how to mend them
	@$(BIN)/python -m dagster_project quarantine

erase: $(INSTALLED) ## Erase a customer everywhere: make erase CUSTOMER=<source>:<id>
	@$(BIN)/python -m dagster_project erase '$(CUSTOMER)'

test: $(INSTALLED) ## Run the fast tests (no root, nothing outside Python)
	@$(PYTEST) -n 2 --dist loadfile

test-system: $(INSTALLED) browser database $(STORE_INSTALLED) ## Run the tests that need a browser, a database or an object store (installed through apt-get when root)
	@$(PYTEST) -m "system and not long"

test-long: $(INSTALLED) browser database ## Run the tests that take minutes
	@$(PYTEST) -m long

setup-spark: java $(SPARK_INSTALLED) ## Create .venv-spark: the same versions, and Spark beside DuckDB (needs Java 17)
	@:

test-spark: setup-spark ## Build every model on a Spark cluster of this machine and compare it with DuckDB (minutes)
	@$(SPARK_VENV)/bin/python -m pytest -m spark

bench: $(INSTALLED) ## Measure the speed ratios and write docs/speed.md (SF=10, RUNS=3); wants a quiet machine
	@$(PYTEST) -m benchmark -s

check: $(INSTALLED) ## Check format, lint, types, import direction and SQL, as CI does
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(DBT_DRY) $(BIN)/sqlfluff lint --processes 2 --disable-progress-bar dbt_project

format: $(INSTALLED) ## Put Python and SQL into the project's format
	@$(BIN)/ruff check --fix-only .
	@$(BIN)/ruff format .
	@$(DBT_DRY) $(BIN)/sqlfluff fix --disable-progress-bar dbt_project

lock: ## Write requirements.lock and requirements-spark.lock anew from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@$(find_python); "$$python" -m venv .venv-lock
	@.venv-lock/bin/python -m pip -qq --disable-pip-version-check install uv
	@.venv-lock/bin/uv pip compile --quiet $(UPGRADE) pyproject.toml --extra dev --universal --python-version 3.11 \
		--fork-strategy fewest --generate-hashes --no-emit-index-url --no-annotate --no-strip-extras \
		--custom-compile-command "make lock" --output-file requirements.lock
	@echo "requirements.lock: $$(grep -c == requirements.lock) packages"
	@.venv-lock/bin/uv pip compile --quiet pyproject.toml --extra dev --extra spark --universal --python-version 3.11 \
		--constraint requirements.lock --fork-strategy fewest --generate-hashes --no-emit-index-url --no-annotate \
		--no-strip-extras --custom-compile-command "make lock" --output-file requirements-spark.lock
	@echo "requirements-spark.lock: $$(grep -c == requirements-spark.lock) packages"
	@cd tests/object_store && ../../.venv-lock/bin/uv pip compile --quiet $(UPGRADE) requirements.in --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-annotate --custom-compile-command "make lock" --output-file requirements.lock

clean: ## Remove .venv, caches and dbt's artifacts; data/ stays
	@rm -rf .venv .venv-spark .venv-object-store .venv-lock build *.egg-info .pytest_cache .hypothesis .ruff_cache .mypy_cache .import_linter_cache
	@rm -rf dbt_project/target dbt_project/logs
	@find . -name __pycache__ -type d -not -path './data/*' -prune -exec rm -rf {} +

$(INSTALLED): requirements.lock pyproject.toml
	@$(find_python); \
	echo "Setting up $(VENV): $$(grep -c == requirements.lock) locked packages, once (one to three minutes) ..."; \
	"$$python" -m venv $(VENV)
	@# compiled by all processors instead of pip's one, so that the first refresh need not; what does not compile is
	@# of another Python, and never imported
	@$(PIP) install --no-compile --require-hashes -r requirements.lock
	@$(BIN)/python -m compileall -q -j 0 -x '/(tests?|pip)/' $(VENV)/lib >/dev/null || true
	@$(PIP) install --no-deps --no-build-isolation -e .
	@$(BIN)/python -c "from dagster_project.transformation.project import parsed_project; parsed_project()"
	@touch $@
	@echo "Ready: $$($(BIN)/python --version) in $(VENV)."

$(STORE_INSTALLED): tests/object_store/requirements.lock
	@$(find_python); "$$python" -m venv $(STORE_VENV)
	@$(STORE_VENV)/bin/python -m pip -qq --disable-pip-version-check install --no-compile --require-hashes -r $<
	@touch $@

$(SPARK_INSTALLED): requirements-spark.lock pyproject.toml
	@$(find_python); \
	echo "Setting up $(SPARK_VENV): $$(grep -c == requirements-spark.lock) locked packages, once (two to five minutes) ..."; \
	"$$python" -m venv $(SPARK_VENV)
	@$(SPARK_VENV)/bin/python -m pip -qq --disable-pip-version-check install --no-compile --require-hashes -r requirements-spark.lock
	@$(SPARK_VENV)/bin/python -m pip -qq --disable-pip-version-check install --no-deps --no-build-isolation -e .
	@touch $@
	@echo "Ready: Spark $$($(SPARK_VENV)/bin/python -c 'import pyspark; print(pyspark.__version__)') in $(SPARK_VENV)."

.PHONY: java
java:
	@if "$${JAVA_HOME:+$$JAVA_HOME/bin/}java" -version >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing openjdk-17-jre-headless through apt-get ..."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends openjdk-17-jre-headless >/dev/null; \
	else \
		echo "There is no Java on this machine, and only root can install it. Nothing was changed." >&2; \
		echo "Install it (Debian: apt-get install openjdk-17-jre-headless) and call make again." >&2; \
		exit 1; \
	fi

.PHONY: browser
browser:
	@if command -v chromium >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing chromium through apt-get ..."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends chromium >/dev/null; \
	else \
		echo "There is no chromium on this machine, and only root can install it. Nothing was changed." >&2; \
		echo "Install it (Debian: apt-get install chromium) and call make test-system again." >&2; \
		exit 1; \
	fi

# Debian keeps the server's programs off the path, below the version's own folder.
.PHONY: database
database:
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing postgresql through apt-get ..."; \
		apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends postgresql >/dev/null; \
	else \
		echo "There is no PostgreSQL server on this machine, and only root can install it. Nothing was changed." >&2; \
		echo "Install it (Debian: apt-get install postgresql) and call make test-system again." >&2; \
		exit 1; \
	fi

# A version manager may put a python3.11 on the path that does not start: each candidate is tried, not only looked up.
find_python = python=""; \
	for candidate in python3.11 python3; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then python=$$candidate; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Neither python3.11 nor python3 is Python 3.11 or newer. Nothing was changed. Install Python 3.11." >&2; exit 1; \
	fi
