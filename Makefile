# Two commands matter: `make run` and `make test`. The rest is for those who change the code.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export UV_PYTHON_DOWNLOADS := never

.PHONY: setup run test lint bench verify docs lock clean

setup: $(VENV)/.dev
run: $(VENV)/.base
	$(BIN)/python -m rencity run

test: $(VENV)/.dev
	$(BIN)/python -m pytest -n 2 --dist worksteal

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m bench.reach
	$(BIN)/python -m bench.stress

verify: $(VENV)/.dev
	$(BIN)/python -m pytest tests/cases -n 2

docs: $(VENV)/.dev
	$(BIN)/mkdocs build --strict

# The locks hold hashes and no addresses, so pip and uv install the same bytes from any mirror.
lock: $(VENV)/.python
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/base.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/dev.txt \
	  --group test --group lint --group docs --group bench -c requirements/base.txt pyproject.toml

clean:
	rm -rf $(VENV) build dist site .pytest_cache .mypy_cache .ruff_cache

$(VENV)/.python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Rencity needs Python 3.11 or newer: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	-$(BIN)/python -m pip install -q --disable-pip-version-check uv
	touch $@

# uv when it could be had, else pip: same lock, same result, slower.
define install
	if [ -x $(BIN)/uv ]; then $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(1); \
	else $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1); fi
	printf '%s\n' "$(CURDIR)/src" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/rencity-src.pth"
	printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m rencity "$$@"\n' "$(CURDIR)" > $(BIN)/rencity && chmod +x $(BIN)/rencity
endef

$(VENV)/.base: requirements/base.txt | $(VENV)/.python
	$(call install,requirements/base.txt)
	touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	$(call install,requirements/dev.txt)
	touch $@
