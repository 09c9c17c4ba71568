# One command each. `make setup` makes .venv and is quick when nothing has changed; all the others ask for it.

PY      := .venv/bin/python
SHELL   := /bin/sh
UV      := build/lock/bin/uv
UV_PIN  := uv==0.13.9
COMPILE  = $(UV) pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header \
           --no-emit-index-url --no-annotate --quiet
# The suite uses two workers: each clones its own database from one template.
WORKERS ?= 2
PG15    := /usr/lib/postgresql/15/bin/initdb

.PHONY: setup demo test test-15 e2e check fmt proof bench pictures lock clean

setup: .venv/.texts

.venv/bin/python:
	@found=; for p in $${PYTHON:-python3} python3.13 python3.12 python3.11; do \
	  if $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$p; break; fi; done; \
	if [ -z "$$found" ]; then echo 'bocli needs Python 3.11 or newer: install it, or name it: make setup PYTHON=/path/to/python3'; exit 1; fi; \
	"$$found" -m venv .venv || { rm -rf .venv; echo 'Python cannot make a virtual environment: on Debian and Ubuntu, apt-get install python3-venv'; exit 1; }

# The stamps hold what was installed; a changed lock, project file or text makes them again.
.venv/.stamp: requirements/dev.txt pyproject.toml | .venv/bin/python
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	$(PY) -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.texts: .venv/.stamp $(wildcard locales/*.py locales/src/*.toml)
	$(PY) -m locales.build
	@touch $@

demo: setup
	$(PY) -m bocli demo

# The suite on PostgreSQL 15 comes first, so that the last line is the whole suite's own.
test: setup test-15
	$(PY) -m pytest -q -n $(WORKERS) -m 'not proof'

test-15: setup
	@if [ -x $(PG15) ]; then \
	  BOCLI_TEST_PG=15 $(PY) -m pytest -q -n $(WORKERS) -m 'not proof' tests/core tests/security; \
	elif [ -n "$$BOCLI_NEEDS_PG15" ]; then \
	  echo 'PostgreSQL 15 is not installed, and here it must be'; exit 1; \
	else \
	  echo 'Not run: the tests on PostgreSQL 15 (apt-get install postgresql-15 to have them)'; \
	fi

# By the real program in terminals (tmux), what people would do: a desk's day, the first staff of an empty database, a
# change of fees, redeem requests, a bank account, and a small day of payment front ends with the people who look at it.
# They begin with the same company: the first script leaves a copy of it to the others.
e2e: setup
	@company=$$(mktemp -d) && trap 'rm -rf "$$company"' EXIT INT TERM && chmod 755 "$$company" && \
	export BOCLI_E2E_COMPANY="$$company" BOCLI_DAY_LINES=5000 && \
	for each in cash_day first_staff fee_change redeem bank_accounts day_of_traffic; do \
	  echo "tests/e2e/$$each"; tests/e2e/$$each || exit 1; done

check: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports --no-logo
	$(PY) -m tools.lint_sql
	$(PY) -m tools.lint_migrations
	$(PY) -m tools.lint_sizes
	$(PY) -m locales.check

fmt: setup
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# The long ones: a hundred thousand lines of a day with the people who look at them, and what pytest marks as a proof.
proof: setup
	tests/e2e/day_of_traffic
	$(PY) -m pytest -q -m proof

bench: setup
	$(PY) -m benchmarks

pictures: setup
	$(PY) -m tools.pictures

# pyproject.toml is the one list; this makes the two locks from it.
lock: $(UV)
	$(COMPILE) --output-file requirements/run.txt
	$(COMPILE) --group dev --output-file requirements/dev.txt

$(UV): | .venv/bin/python
	$(PY) -m venv build/lock
	build/lock/bin/pip install --quiet --disable-pip-version-check $(UV_PIN)

clean:
	rm -rf .venv build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
