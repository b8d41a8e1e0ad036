# `make run` and `make test` need python3 (3.11 or newer, with venv), git and make; they set up everything else in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEV := $(VENV)/.dev
APP := $(VENV)/.app

.PHONY: run test lint types accuracy kills fuzz bench screenshots clean

run: $(APP)
	@$(BIN)/accrete-coach open

# The screen's tests mostly wait for the screen, so several run side by side; the others measure what other processes do.
test: $(DEV)
	$(BIN)/python -m pytest -n 4 tests/app
	$(BIN)/python -m pytest --ignore tests/app

lint: $(DEV)
	$(BIN)/ruff check src tests
	$(BIN)/ruff format --check src tests

types: $(DEV)
	$(BIN)/mypy

accuracy: $(DEV)
	@test -n "$(ACCRETE_COACH_CORPUS)" || { echo "make accuracy: set ACCRETE_COACH_CORPUS to a folder that holds claude/ and labels.json"; exit 2; }
	$(BIN)/python tests/accuracy.py "$(ACCRETE_COACH_CORPUS)/claude" "$(ACCRETE_COACH_CORPUS)/labels.json" --write $(ACCURACY)

# A thousand kill -9 while it scans and follows, and hypothesis for minutes: what `make test` does a little of.
KILLS ?= 1000
kills: $(DEV)
	PYTHONPATH=tests $(BIN)/python -m faults.kills $(KILLS)

FUZZ ?= 5000
fuzz: $(DEV)
	ACCRETE_COACH_FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/sessions/test_fuzz.py

# make bench BENCH="--tree DIR" measures on a tree of your own.
bench: $(DEV)
	$(BIN)/python tests/bench/bench.py $(BENCH)

screenshots: $(DEV)
	ACCRETE_COACH_WRITE_SCREENSHOTS=1 $(BIN)/python -m pytest tests/app/test_pictures.py -k readme

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("accrete-coach needs Python 3.11 or newer; this is " + sys.version.split()[0] + " (make PYTHON=python3.12 names another)" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)

$(APP): $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $(APP)

$(DEV): $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $(DEV) $(APP)

clean:
	rm -rf $(VENV) build dist
