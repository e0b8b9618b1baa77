# Two commands do everything: `make learn` and `make test`. Both make .venv first, and only when pyproject.toml
# has changed since it was made.

PYTHON ?= python3
VENV ?= .venv
PORT ?= 8888
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help learn test lint labs bench clean
.DEFAULT_GOAL := help

help:
	@echo "make learn   start the course in JupyterLab (PORT=8888)"
	@echo "make test    run the whole test suite"
	@echo "make lint    ruff, mypy, the layer contracts"
	@echo "make labs    derive labs/ from solutions/"
	@echo "make bench   list the benchmarks (NAME=lint ARGS=... runs one)"
	@echo "make clean   remove .venv and caches"

$(STAMP): pyproject.toml
	@command -v $(PYTHON) >/dev/null 2>&1 || { echo "error: $(PYTHON) not found; install Python 3.10 or newer, or name one: make PYTHON=/path/to/python" >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "error: $$($(PYTHON) --version) is too old; install Python 3.10 or newer, or name one: make PYTHON=/path/to/python" >&2; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "error: $(PYTHON) cannot make virtual environments; install them (Debian, Ubuntu: apt install python3-venv)" >&2; exit 2; }
	@echo "Setting up $(VENV) with $$($(PYTHON) --version) (a minute, once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable ".[course,dev]" || { echo "error: the installation failed; the lines above say why; run make again when mended" >&2; exit 2; }
	@touch $@

learn: $(STAMP)
	@$(BIN)/lambdalab start --port $(PORT)

test: $(STAMP)
	@$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS)

lint: $(STAMP)
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy && $(BIN)/lint-imports

labs: $(STAMP)
	@$(BIN)/lambdalab build

bench: $(STAMP)
	@if [ -n "$(NAME)" ]; then $(BIN)/python benchmarks/$(NAME).py $(ARGS); else \
	  for script in benchmarks/*.py; do echo "make bench NAME=$$(basename $$script .py)   $$(sed -n '1s/"""//gp' $$script)"; done; fi

clean:
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
