# make demo    environment, synthetic London trust, the whole job, two releases
# make test    environment and all tests
# make ui      Dagster UI on loopback; make ui-readonly is what an IG reviewer gets

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := VIRTUAL_ENV=$(VENV) $(BIN)/uv
PORT ?= 3000
export COHORTGATE_HOME ?= $(CURDIR)/.cohortgate

.PHONY: demo test ui ui-readonly check requirements clean

demo: $(VENV)/.product
	@$(BIN)/cohortgate demo

test: $(VENV)/.dev
	@$(BIN)/python -m pytest

ui ui-readonly: $(VENV)/.product
	@$(BIN)/cohortgate ui --port $(PORT) $(if $(filter ui-readonly,$@),--read-only)

check: $(VENV)/.dev
	@$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

requirements: $(BIN)/uv
	@UV_CUSTOM_COMPILE_COMMAND="make requirements" $(UV) pip compile -q --upgrade --python-version 3.11 --universal --generate-hashes --no-emit-index-url requirements.in -o requirements.txt
	@UV_CUSTOM_COMPILE_COMMAND="make requirements" $(UV) pip compile -q --python-version 3.11 --universal --generate-hashes --no-emit-index-url -c requirements.txt requirements-dev.in -o requirements-dev.txt

clean:
	@chmod -R u+w .cohortgate 2>/dev/null; rm -rf .cohortgate $(VENV)

# uv comes by pip, at one version, and then installs exactly what the requirements pin.
$(BIN)/uv:
	@$(PYTHON) -c 'import sys; sys.exit("cohortgate needs Python 3.11 or newer; set PYTHON=…") if sys.version_info < (3, 11) else 0'
	@echo "Making the environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==0.13.8

$(VENV)/.product: requirements.txt pyproject.toml | $(BIN)/uv
	@echo "Installing pinned requirements …"
	@$(UV) pip install --quiet --require-hashes -r requirements.txt
	@$(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: requirements-dev.txt $(VENV)/.product
	@echo "Installing pinned test requirements …"
	@$(UV) pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@
