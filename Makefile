# Everything that one does with this project. Needs Python 3.11 or newer, and make (3.81 will do).

# The first Python that is new enough.
PYTHON3 := $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	if $$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then echo $$name; break; fi; done)
# Always as a module of this program: the scripts beside it do not bear a space in their path.
PYTHON := .venv/bin/python
EMBEDDED := $(PYTHON) -m delula.embedded
# Stands before what is to be stopped (signal 15) when this make is killed, at whatever moment.
BOUND = exec $(PYTHON) -I -S delula/embedded/launch.py 15 $$PPID - --

GENERATIONS ?= 1000000
SEED ?= 1

# Compiled once, the console starts in a third of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run dev test test-slow check demo bench flask clean setup-run setup-test

help:
	@echo 'make run        start the console: http://127.0.0.1:8000, or PORT=…'
	@echo 'make dev        the same, restarted when a file changes'
	@echo 'make test       all checks and tests'
	@echo 'make test-slow  the tests that take minutes'
	@echo 'make check      formatting, lint, types, templates, import rules'
	@echo 'make demo       load demo data: GENERATIONS=1000000 SEED=1'
	@echo 'make bench      measure the pages; with a large catalogue: BENCH=--crowd'
	@echo 'make flask      a command of the console: DO="staff list"'
	@echo 'make clean      remove what was installed and built; data in instance/ stay'

run: setup-run
	@$(BOUND) $(EMBEDDED) run

dev: setup-run
	@$(BOUND) $(EMBEDDED) dev

test: check
	@$(PYTHON) -m tests.browser
	@$(PYTHON) -m pytest --quiet --numprocesses auto

test-slow: setup-test
	@$(PYTHON) -m tests.browser
	@$(PYTHON) -m pytest --quiet -m slow

check: setup-test
	@$(PYTHON) -m ruff format --check --quiet .
	@$(PYTHON) -m ruff check --quiet .
	@$(PYTHON) -m mypy --no-error-summary
	@$(PYTHON) -m djlint --check --lint templates
	@$(PYTHON) -c 'from importlinter.cli import lint_imports_command; lint_imports_command()' --no-logo

demo: setup-run
	@$(EMBEDDED) exec $(PYTHON) -m flask --app app demo --generations $(GENERATIONS) --seed $(SEED)

bench: setup-test
	@$(EMBEDDED) exec $(PYTHON) -m benchmarks $(BENCH)

flask: setup-run
	@$(EMBEDDED) exec $(PYTHON) -m flask --app app $(DO)

clean:
	rm -rf .venv node_modules static/dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

setup-run setup-test:
	@if [ -z '$(PYTHON3)' ]; then echo 'Python 3.11 or newer is needed. Install it and try again.' >&2; exit 1; fi
	@$(PYTHON3) scripts/setup.py $(patsubst setup-%,%,$@)
