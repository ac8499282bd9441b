# Two commands: `make run` and `make test`. Both do all the set-up they need.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
PY := $(VENV)/bin/python
# One test process more than there are processors, within reason: some tests only wait.
WORKERS ?= $(shell $(PYTHON) -c 'import os; print(max(3, min(5, 1 + (os.cpu_count() or 2))))' 2>/dev/null || echo 3)
export PORT HOST

.PHONY: run test test-fast test-server lint bench lock map picture clean

run: $(VENV)/run.stamp
	@exec $(PY) -m casemgr up

test: $(VENV)/dev.stamp
	$(PY) -m pytest -n $(WORKERS) --dist loadgroup --no-loadscope-reorder $(if $(CASEMGR_CORPUS),,--ignore=tests/corpus)

test-fast: $(VENV)/dev.stamp
	$(PY) -m pytest -q -x -n $(WORKERS) -m "not browser and not fault" --ignore=tests/corpus --ignore=tests/browser

# Every test that asks a database, on the server that CASEMGR_TEST_SERVER names; not once more what is walked in a browser,
# the corpus, programs that are killed, the command line, and how scans are read (docs/decisions/0006).
test-server: $(VENV)/dev.stamp
	$(PY) -m pytest -q -n $(WORKERS) --dist loadgroup --no-loadscope-reorder -k "not killed_while and not writes_an_archive" \
		--ignore=tests/corpus --ignore=tests/browser --ignore=tests/faults --ignore=tests/recognition \
		--ignore=tests/platform/test_cli.py --ignore=tests/copies/test_altered_copies.py

lint: $(VENV)/dev.stamp
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint templates --lint --quiet

bench: $(VENV)/dev.stamp
	$(PY) -m bench

# The page of the docs that is drawn from the law's tables.
map: $(VENV)/run.stamp
	$(PY) -m casemgr.law.drawing > docs/state-machine.md

picture: $(VENV)/dev.stamp
	$(PY) -m tests.picture docs/images/case-home.png

lock: $(VENV)/dev.stamp
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements.in -o requirements.txt
	$(VENV)/bin/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header requirements-dev.in -o requirements-dev.txt

$(PY):
	@if [ -z "$(PYTHON)" ]; then \
		echo "casemgr needs Python 3.11 or newer. Found: $$(python3 --version 2>&1 || echo none)."; \
		echo "Install a newer Python (python.org, or your system's packages), or name one: make run PYTHON=/path/to/python3.12"; exit 1; fi
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "casemgr needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; exit 1; }
	@echo "Making the virtual environment …"
	@$(PYTHON) -m venv $(VENV) || { echo "Python's venv module is missing. On Debian or Ubuntu: apt install python3-venv"; exit 1; }

$(VENV)/run.stamp: requirements.txt | $(PY)
	@echo "Installing what casemgr needs (pinned, hashes checked) …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	@echo "Installing what the tests need …"
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

clean:
	rm -rf build .pytest_cache .mypy_cache .ruff_cache
