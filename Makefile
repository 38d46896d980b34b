# Two commands: `make lab` opens the workbench, `make test` checks everything.
# `make bench` holds it against its rivals.
#   make lab PORT=9000 BROWSER=no
PYTHON ?= python3
PORT ?= 8888
BROWSER ?= yes

VENV := .venv
BIN := $(VENV)/bin
export WORKBENCH_HOME ?= $(CURDIR)/.samples
FRONTEND := $(wildcard frontend/*.json frontend/*.mjs frontend/*.ts frontend/src/*.ts frontend/src/*.css)
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check \
	--constraint constraints.txt --build-constraint constraints.txt

# Two processes share the cores; threads of their own would only wait for each other.
TWO := -n 2 --dist loadfile
test: export OPENBLAS_NUM_THREADS := 1

.PHONY: lab test check types samples front-end chromium lint bench constraints clean

lab: $(VENV)/.lab
	$(BIN)/workbench lab --port $(PORT) $(if $(filter no,$(BROWSER)),--no-browser)

test: check
	$(BIN)/python -m pytest tests workbench -p no:nbval --doctest-modules -m "not browser" $(TWO) --no-loadscope-reorder
	$(BIN)/python -m pytest --nbval-lax notebooks $(TWO)
	$(BIN)/python -m pytest tests/browser -m browser $(TWO) --ignore tests/browser/test_tracer.py
	$(BIN)/python -m pytest tests/browser/test_tracer.py -m browser

check: $(VENV)/.test
	$(MAKE) --no-print-directory --jobs 2 types samples front-end chromium lint

types:
	$(BIN)/mypy

samples:
	$(BIN)/python -c "import workbench; print(workbench.samples())"

front-end:
	$(BIN)/python -m tests.front_end

chromium:
	$(BIN)/python -m tests.chromium

lint:
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports
	$(BIN)/nbstripout --verify --extra-keys metadata.widgets notebooks/*.ipynb

bench: $(VENV)/.bench
	$(BIN)/python -m benchmarks

constraints: $(VENV)/.test
	$(BIN)/python -m pip install --quiet uv
	{ head -1 constraints.txt; $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --all-extras \
	  --no-emit-index-url --no-annotate --no-header pyproject.toml; grep -E '^(hatchling|pip)==' constraints.txt; } \
	  > constraints.new && mv constraints.new constraints.txt

clean:
	rm -rf $(VENV) frontend/node_modules workbench/widgets/static/*.js

$(BIN)/python:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(0 if (3, 11) <= v[:2] <= (3, 13) \
	else f"Python {v[0]}.{v[1]} came; 3.11, 3.12 or 3.13 is needed: make PYTHON=python3.12 $(MAKECMDGOALS)")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check "$(shell grep ^pip== constraints.txt)"

$(VENV)/.lab: pyproject.toml constraints.txt hatch_build.py $(FRONTEND) | $(BIN)/python
	$(INSTALL) --editable .
	@touch $@

$(VENV)/.test: $(VENV)/.lab
	$(INSTALL) --editable ".[test]"
	@touch $@

$(VENV)/.bench: $(VENV)/.lab
	$(INSTALL) --editable ".[bench]"
	@touch $@
