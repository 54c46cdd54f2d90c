# Every target sets up what it needs; nothing but Python 3.11+, git and make has to be there.
SHELL := /bin/bash
PYTHON ?= $(firstword $(foreach name,python3 python3.11 python3.12 python3.13 python3.14 python,$(shell $(name) -c 'import sys; sys.version_info >= (3, 11) and print("$(name)")' 2>/dev/null)))
BIN := .venv/bin
READY := .venv/ready
SOURCES := reports/catalogue.toml $(shell find src notebooks -name '*.py' -o -name '*.ipynb' -o -name '*.toml' -o -path '*/template/*' -type f 2>/dev/null)
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup reports test lint lab lock bench trust gallery clean

help:  ## say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*##/\t/' | expand -t 12

setup: $(READY)  ## build .venv from requirements.lock

$(READY): requirements.lock pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; name it as in: make setup PYTHON=/path/to/python3"; exit 1; }
	@echo "setting up .venv with $$($(PYTHON) --version)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv || { echo "The module venv is missing; on Debian and Ubuntu: apt install python3-venv"; rm -rf .venv; exit 1; }
	@# The pip that comes with Python takes twice as long over the same list as a current one.
	@$(BIN)/python -m pip install --quiet --upgrade pip
	@$(BIN)/python -m pip install --quiet --no-deps --no-compile --requirement requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

reports: reports/.made  ## make the default reports; open reports/index.html
	@echo "reports  reports/index.html"

reports/.made: $(READY) $(SOURCES)
	@# A report that was made once is made again when what it is made from has changed.
	@$(BIN)/clvlab run --jobs 2 --keep-going --force
	@touch $@

test: $(READY)  ## run the tests
	@# One process for each core: threads of the numerical libraries would only wait for each other.
	@OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1 $(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder

lint: $(READY)  ## check style and types
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy

lab: $(READY)  ## open the notebooks in JupyterLab
	@$(BIN)/jupyter lab notebooks

lock: $(READY)  ## resolve requirements.lock and environment.yml again from pyproject.toml
	@$(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip compile --quiet --universal --upgrade --no-header --no-annotate pyproject.toml --extra datasets --extra dev --output-file requirements.lock
	@$(BIN)/python tools/write_environment.py

bench: $(READY)  ## time clvlab against its peers in one run; prints ratios
	@$(BIN)/python benchmarks/run.py
	@$(BIN)/python benchmarks/engine.py

trust: $(READY)  ## the release-size checks of correctness; takes a while
	@$(BIN)/python -m pytest -m trust

gallery: $(READY)  ## draw the pictures of the README again; needs Chromium
	@$(BIN)/python tools/draw_gallery.py

clean:  ## remove .venv, caches and generated reports
	@git clean -fdXq
