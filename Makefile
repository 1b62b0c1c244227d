# Two commands do everything on a fresh machine: make run, make test.
PYTHON ?= python3
BIN := .venv/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: run test check soak clean data screenshots commands offline-bundle

run: .venv/run
	$(BIN)/streamlit run app.py

test: .venv/dev .venv/browser .venv/server
	$(BIN)/python -m pytest -n 3 --dist loadfile

check: .venv/dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

soak: .venv/dev .venv/browser .venv/server
	HYPOTHESIS_PROFILE=soak $(BIN)/python -m pytest -m "soak or not soak"

data: .venv/dev
	$(BIN)/python -m data.prepare.build

screenshots: .venv/dev .venv/browser
	$(BIN)/python docs/screenshots.py

commands: .venv/dev
	$(BIN)/python docs/commands.py

PYTHONS ?= 3.12 3.13
offline-bundle: .venv/dev
	$(BIN)/python -m pip install --quiet --requirement deploy/requirements.txt
	$(BIN)/python deploy/bundle.py --python $(PYTHONS)

.venv/run: requirements.txt pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --requirement requirements.txt --editable .
	touch $@

.venv/dev: requirements-dev.txt .venv/run
	$(BIN)/python -m pip install --quiet --requirement requirements-dev.txt
	touch $@

.venv/browser: .venv/dev
	$(BIN)/python tests/browser/provide.py
	touch $@

.venv/server: .venv/dev
	$(BIN)/python -m tests.postgres.provide
	touch $@

clean:
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis
