# Two commands matter: `make run` and `make test`. The rest is for those who change the code.
VENV := .venv
BIN := $(VENV)/bin
PEERS := .venv-peers
# The first of these that is new enough; `make PYTHON=/path/to/python` says which.
PYTHONS = $(or $(PYTHON),python3 python3.14 python3.13 python3.12 python3.11)
export UV_PYTHON_DOWNLOADS := never
# Container images set it, and then each process that a test starts compiles thousands of modules anew.
unexport PYTHONDONTWRITEBYTECODE

# Node from the system where it is new enough, else the one that comes as a Python package.
NODE = export PATH="$$(cat $(VENV)/.node):$$PATH"; cd web;
WEB := web/dist/index.html

.PHONY: setup run test web lint lint-python lint-web bench bench-scale bench-peers torture verify reference docs pictures lock fresh clean

setup: $(VENV)/.dev

run: $(VENV)/.base $(WEB)
	$(BIN)/python -m rencity run

test: $(VENV)/.dev $(WEB)
	$(BIN)/python -m pytest -n 2 --dist worksteal

web: $(WEB)

# Each takes one core for half a minute.
lint: $(VENV)/.dev
	@$(MAKE) --no-print-directory -j2 -O lint-python lint-web

lint-python: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lint-web: web/src/client/index.ts
	$(NODE) npm run --silent check

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

# The pictures of the pages on the web app, taken of a server that runs and has the demo.
pictures: $(VENV)/.dev
	$(BIN)/python docs/web_pictures.py $(or $(ADDRESS),http://127.0.0.1:8130) $(or $(DATA),var/demo)

# The locks hold hashes and no addresses, so pip and uv install the same bytes from any mirror.
lock: $(VENV)/.python
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/base.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/dev.txt \
	  --group test --group lint --group docs --group bench -c requirements/base.txt pyproject.toml
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/node.txt requirements/node.in
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	  --custom-compile-command "make lock" -q -o requirements/bench-peers.txt requirements/bench-peers.in

# Compiled kernels hold what they call: after a change to one that others call, forget them.
fresh:
	find src -name "*.nb[ic]" -delete

clean:
	rm -rf $(VENV) $(PEERS) build dist site web/dist web/node_modules web/src/client web/openapi.json web/.described .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

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

fetch_node = { $(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r requirements/node.txt 2>/dev/null \
	|| $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/node.txt; }

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

$(VENV)/.node: requirements/node.txt | $(VENV)/.python
	@if node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(+(a < 20 || (a === 20 && b < 19)))' \
	  2>/dev/null && command -v npm >/dev/null; then dirname "$$(command -v node)" > $@; \
	else echo "no Node 20.19 or newer here; taking the one of requirements/node.txt"; \
	  $(fetch_node) && (cd $(BIN) && pwd) > $@; fi

web/node_modules/.made: web/package-lock.json $(VENV)/.node
	@echo "installing web/package-lock.json"
	@$(NODE) npm ci --prefer-offline --no-audit --no-fund --ignore-scripts --loglevel=error
	@touch $@

# Rewritten only where the API says something else, so that other changes rebuild nothing.
web/.described: $(shell find src -name '*.py' -not -path '*/sim/*') | $(VENV)/.base
	@$(BIN)/python -m rencity.api.describing > web/openapi.json.new
	@cmp -s web/openapi.json.new web/openapi.json && rm web/openapi.json.new || mv web/openapi.json.new web/openapi.json
	@touch $@

web/openapi.json: web/.described
	@test -f $@ || { rm -f web/.described; $(MAKE) --no-print-directory web/.described; }

web/src/client/index.ts: web/openapi.json web/openapi-ts.config.ts web/node_modules/.made
	@$(NODE) npm run --silent client -- --silent
	@touch $@

$(WEB): web/src/client/index.ts web/index.html web/vite.config.ts $(shell find web/src web/public -type f -not -path '*/client/*')
	@echo "building the web pages"
	@$(NODE) npm run --silent build -- --logLevel warn
