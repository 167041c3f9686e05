# One command per purpose; each makes what it needs. PYTHON chooses the interpreter of the .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Users keep bytecode; without it every one of thousands of command lines would be compiled anew.
unexport PYTHONDONTWRITEBYTECODE
BESIDE := snapshots rehearsal schemas faults supervise flags makapix adoption engines
CORE := partywall.model partywall.axes partywall.architectures partywall.planning

.PHONY: setup demo demo-down test lane-lives lane-beside check long docs bench clean

setup: $(STAMP)

$(STAMP): pyproject.toml examples/makapix/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[embedded,flags,rehearse,dev]' -r examples/makapix/requirements.txt
	touch $(STAMP)

demo: $(STAMP)
	$(BIN)/python examples/demo.py

demo-down: $(STAMP)
	cd examples/makapix && ../../$(BIN)/partywall destroy --all --yes

check: $(STAMP)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python -m pytest -q -n 2 tests/unit tests/architectures tests/docs -m 'not long' $(addprefix --cov=,$(CORE)) --cov-branch --cov-fail-under=100 --cov-report=term-missing:skip-covered

# Two lanes on two cores; then browsers alone, which give a page up whenever a network is made.
test: check
	$(MAKE) --jobs=2 lane-lives lane-beside
	$(BIN)/python -m pytest -q tests -m 'browser and not long'

lane-lives: $(STAMP)
	$(BIN)/python -m pytest -q tests -m 'not long and not browser' \
		$(addprefix --ignore=tests/,unit architectures docs $(BESIDE))

lane-beside: $(STAMP)
	$(BIN)/python -m pytest -q $(addprefix tests/,$(BESIDE)) -m 'not long and not browser'

long: $(STAMP)
	$(BIN)/python -m pytest -q tests -m long --timeout=3600
	PARTYWALL_BENCH_LARGE=1 $(BIN)/python -m benchmarks --write

bench: $(STAMP)
	$(BIN)/python -m benchmarks

docs: $(STAMP)
	$(BIN)/python -m tests.docs.generate

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .coverage
