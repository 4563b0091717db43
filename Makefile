# make try, make run, make review and make test each make their own environment when it is missing or stale.
# ARGS is passed on: make try ARGS=--no-browser

# The first Python that is new enough.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$python; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes

.PHONY: run try review test fuzz lint bench soak audit requirements clean

run: $(VENV)/.run
	$(BIN)/natobot run $(ARGS)

try: $(VENV)/.try
	$(BIN)/natobot try $(ARGS)

review: $(VENV)/.review
	$(BIN)/natobot review $(ARGS)

# One more at a time than there are cores: many tests wait for other processes.
test: $(VENV)/.dev
	$(BIN)/pytest --numprocesses $$($(BIN)/python -c 'import os; print((os.cpu_count() or 1) + 1)') --dist loadgroup $(ARGS)

# A hundred times the cases that every run of the tests tries; FUZZ=10 for fewer.
fuzz: $(VENV)/.dev
	FUZZ=$${FUZZ:-100} $(BIN)/pytest tests/fuzz $(ARGS)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	$(BIN)/python -m benchmarks $(ARGS)

# The bill of materials, and known vulnerabilities of what the image holds.
audit: $(VENV)/.dev
	$(BIN)/python -m tests.audit

# An hour of faults; make soak MINUTES=10 for less, ARGS=7 for the seed.
soak: $(VENV)/.dev
	$(BIN)/python -m benchmarks.soak $(or $(MINUTES),60) $(ARGS)

# One stamp per set of requirements; each is made again when its requirements change.
$(VENV)/.run: requirements/run.txt
$(VENV)/.try: requirements/try.txt
$(VENV)/.review: requirements/review.txt
$(VENV)/.dev: requirements/dev.txt

$(VENV)/.run $(VENV)/.try $(VENV)/.review $(VENV)/.dev: requirements/build.txt pyproject.toml | $(VENV)/.python
	$(PIP) -r requirements/build.txt -r requirements/$(notdir $(subst .,,$(suffix $@))).txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.python:
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
		|| { echo 'Python 3.11 or newer is needed. Install it, or name it: make PYTHON=/path/to/python3 …' >&2; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) \
		|| { echo 'The module venv is missing. On Debian and Ubuntu: apt-get install python3-venv' >&2; rm -rf $(VENV); exit 1; }
	@touch $@

# Needs uv. Pins every package with its hashes and names no registry.
requirements:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		pyproject.toml --output-file requirements/run.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements/run.txt --extra postgres --extra charts pyproject.toml \
		--output-file requirements/image.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements/run.txt --extra try pyproject.toml --output-file requirements/try.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements/run.txt --constraint requirements/build.txt --extra review pyproject.toml \
		--output-file requirements/review.txt
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements/try.txt --constraint requirements/image.txt --constraint requirements/review.txt \
		--extra charts --extra parquet --extra postgres --extra try --extra review --extra dev pyproject.toml \
		--output-file requirements/dev.txt
	echo 'setuptools>=80' | uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header - --output-file requirements/build.txt

clean:
	rm -rf $(VENV) build *.egg-info
