# her2-cds: every command of the project. Needs Python 3.11 or newer, nothing else; everything is installed into .venv.

# The first new enough interpreter; another one: make PYTHON=/path/to/python3.12
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$python -c '$(NEW_ENOUGH)' 2> /dev/null && echo $$python && break; done)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
ARGS ?=
AUDITORS := cyclonedx-bom==7.5.0 pip-audit==2.10.1
LOCKER := uv==0.13.9

.DEFAULT_GOAL := help
.PHONY: help run test lint format bench soak verify fuzz mutate audit sbom screenshots constraints clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

# What runs long takes the place of the shell (`exec`): a make that is stopped stops its own child, and not what that child began.
run: $(VENV)/.run ## the service on http://127.0.0.1:8000 with sample patients
	@exec env HER2CDS_DEMO=$${HER2CDS_DEMO:-1} $(BIN)/her2-cds serve

test: $(VENV)/.dev ## every test this machine can run (ARGS="-k ild" for some)
	@exec $(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/.dev ## style, types and import rules
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check --quiet || { echo "Not formatted. Run: make format"; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

format: $(VENV)/.dev ## format the code, mend what can be mended
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

bench: $(VENV)/.run ## speed, beside the floor of this machine (ARGS="--help" for more)
	@exec $(BIN)/python -m bench $(ARGS)

soak: $(VENV)/.run ## ten minutes of mixed calls, faults and restarts: flat memory, no 5xx (ARGS="--minutes 2")
	@exec $(BIN)/python -m soak $(ARGS)

verify: $(VENV)/.run ## what the guideline never says, over millions of cases (ARGS="--help" for more)
	@exec $(BIN)/python -m verify $(ARGS)

fuzz: $(VENV)/.dev ## 20,000 requests at random, then new examples for every property, then patterns against hostile texts (FUZZ=1000 for fewer)
	@exec env FUZZ=$${FUZZ:-20000} $(BIN)/python -m pytest --quiet --capture=no tests/service/test_fuzz.py $(ARGS)
	@exec env FUZZ=$${FUZZ:-20000} $(BIN)/python -m pytest --quiet -m hypothesis tests $(ARGS)
	@exec $(BIN)/python -m tests.regex_growth

mutate: $(VENV)/.mutate ## is there a test for each thing in the guideline or the mapping that could be wrong? (ARGS="--sample 300")
	@exec $(BIN)/python -m mutation $(ARGS)

audit: $(VENV)-audit/.done ## is any pinned package known to be vulnerable? (ARGS="--vulnerability-service osv")
	@$(VENV)-audit/bin/python -m audit advisories $(ARGS)

sbom: $(VENV)/.dev $(VENV)-audit/.done ## the bill of materials, CycloneDX, into dist/
	@$(VENV)-audit/bin/python -m audit sbom dist/her2-cds.cdx.json

screenshots: $(VENV)/.dev ## pictures of the main states into docs/images (needs Chromium)
	@exec $(BIN)/python -m docs.screenshots

constraints: ## resolve the newest versions anew into constraints.txt, and with hashes into the two locks
	@rm -rf $(VENV)-fresh && $(PYTHON) -m venv $(VENV)-fresh
	@$(VENV)-fresh/bin/python -m pip --disable-pip-version-check --quiet install '.[dev]'
	@{ sed '/^[^#]/d' constraints.txt; $(VENV)-fresh/bin/python -m pip freeze --exclude her2-cds; } > $(VENV)-fresh/constraints.txt
	@mv $(VENV)-fresh/constraints.txt constraints.txt && rm -rf $(VENV)-fresh
	@$(MAKE) --no-print-directory requirements.lock build-requirements.lock

# What is installed where nobody looks on: every file by its hash, of all platforms, so that one lock serves each base image.
LOCK = $(VENV)-lock/bin/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
  --custom-compile-command 'make constraints' --constraints constraints.txt

requirements.lock: pyproject.toml constraints.txt | $(VENV)-lock/bin/uv
	@$(LOCK) --extra postgresql --extra redis --output-file $@ pyproject.toml

build-requirements.lock: pyproject.toml constraints.txt | $(VENV)-lock/bin/uv
	@$(BIN)/python -c "import tomllib; print(*tomllib.load(open('pyproject.toml', 'rb'))['build-system']['requires'], sep='\n')" | $(LOCK) --output-file $@ -

$(VENV)-lock/bin/uv: Makefile | $(BIN)/python
	@$(PYTHON) -m venv --clear $(VENV)-lock
	@$(VENV)-lock/bin/python -m pip --disable-pip-version-check --quiet install $(LOCKER)

clean: ## remove everything that the commands above made
	rm -rf $(VENV) $(VENV)-audit $(VENV)-fresh $(VENV)-lock $(VENV)-node build dist .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Two stamps: what `make run` needs is on a fresh machine in half the time of what the tests need.
$(VENV)/.run: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing her2-cds into $(VENV) ..."
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.dev: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing her2-cds and its tests into $(VENV) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $(VENV)/.run $@

$(VENV)/.mutate: $(VENV)/.dev
	@echo "Installing what mutates the code into $(VENV) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev,mutate]'
	@touch $@

# Apart from ours: what looks at an environment must not be found in it.
$(VENV)-audit/.done: Makefile | $(BIN)/python
	@echo "Installing what audits into $(VENV)-audit ..."
	@$(PYTHON) -m venv --clear $(VENV)-audit
	@$(VENV)-audit/bin/python -m pip --disable-pip-version-check --quiet install $(AUDITORS)
	@touch $@

$(VENV)/.deploy: $(VENV)/.dev
	@echo "Installing what tests charts and images into $(VENV) ..."
	@$(PIP) install --constraint constraints.txt --editable '.[dev,deploy]'
	@touch $@

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "her2-cds needs Python 3.11 or newer; found: $$(python3 --version 2>&1)"; exit 1; }
	@$(PYTHON) -c '$(NEW_ENOUGH)' || { echo "her2-cds needs Python 3.11 or newer; $(PYTHON) is not."; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV) || { \
	  rm -rf $(VENV); echo "$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
