# Two commands matter: `make run` and `make test`. The rest is for those who change the code.
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
# The first of these that is new enough; `make PYTHON=/path/to/python` says which.
PYTHONS = $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
export UV_PYTHON_DOWNLOADS := never

.PHONY: setup run test lint bench bench-scale bench-peers torture verify reference docs lock fresh clean

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
	$(BIN)/python -m bench.flood
	$(BIN)/python -m bench.stress
	$(BIN)/python -m bench.nminus1
	$(BIN)/python -m bench.travel
	$(BIN)/python -m bench.expressions
	$(BIN)/python -m bench.journal

# From a block to a metropolis: makes three cities, some fifteen minutes.
bench-scale: $(VENV)/.dev
	$(BIN)/python -m bench.scale

# Against tools that have dependencies of their own, which need not agree with ours: a venv apart.
bench-peers: $(VENV)/.dev $(PEERS)/.made
	$(BIN)/python -m bench.recodes --peer $(PEERS)/bin/python

# A hundred kills of a loaded server on each database, instead of the ten of `make test`.
torture: $(VENV)/.dev
	RENCITY_ROUNDS=100 $(BIN)/python -m pytest tests/torture -n 2

verify: $(VENV)/.dev
	$(BIN)/python -m pytest tests/cases tests/real -n 2 --dist loadfile --figures

# The pages that are made from the code: tables, catalogue, commands.
reference: $(VENV)/.dev
	$(BIN)/python docs/reference.py

docs: $(VENV)/.dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

# The locks hold hashes and no addresses, so pip and uv install the same bytes from any mirror.
lock: $(VENV)/.python
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/base.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/dev.txt \
	  --group test --group lint --group docs --group bench -c requirements/base.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/bench-peers.txt requirements/bench-peers.in

# Compiled kernels hold what they call: after a change to one that others call, forget them.
fresh:
	find src -name "*.nb[ic]" -delete

clean:
	rm -rf $(VENV) $(PEERS) build dist site .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

$(VENV)/.python:
	@for python in $(PYTHONS); do \
	  "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
	  "$$python" -c 'import ensurepip, venv' 2>/dev/null || { \
	    echo "$$python has no venv module: on Debian and Ubuntu, apt-get install python3-venv" >&2; exit 1; }; \
	  echo "making $(VENV) with $$python"; \
	  "$$python" -m venv --clear $(VENV) && exit 0; exit 1; \
	done; \
	echo "Rencity needs Python 3.11 or newer, and none of these is: $(PYTHONS)." >&2; \
	echo "Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1
	@$(BIN)/python -m pip install -q --disable-pip-version-check uv \
	  || echo "uv could not be had; pip does the same, slower"
	@touch $@

# uv where it could be had, else pip: same lock, same result. uv does not read pip's settings, so a
# mirror that pip knows is handed on; where uv still finds nothing, pip tries with all its settings.
define fetch
	@echo "installing $(1)"
	@mirror="$${PIP_INDEX_URL:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}"; \
	if [ -n "$$mirror" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$mirror}"; fi; \
	{ [ -x $(BIN)/uv ] && $(BIN)/uv pip install -q --python $(2)/python --require-hashes -r $(1); } \
	|| $(2)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endef

define install
	$(call fetch,$(1),$(BIN))
	@printf '%s\n' "$(CURDIR)/src" > "$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/rencity-src.pth"
	@printf '#!/bin/sh\nexec "%s/$(BIN)/python" -m rencity "$$@"\n' "$(CURDIR)" > $(BIN)/rencity && chmod +x $(BIN)/rencity
endef

$(VENV)/.base: requirements/base.txt | $(VENV)/.python
	$(call install,requirements/base.txt)
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.base
	$(call install,requirements/dev.txt)
	@touch $@

$(PEERS)/.made: requirements/bench-peers.txt | $(VENV)/.python
	@$(BIN)/python -m venv --clear $(PEERS)
	$(call fetch,requirements/bench-peers.txt,$(PEERS)/bin)
	@touch $@
