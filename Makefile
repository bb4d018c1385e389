# Needs Python 3.11 or newer and make; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv/bin

.PHONY: build test lint check stamp release lock clean

build: .venv/installed
	$(VENV)/python build.py

test: .venv/installed
	$(VENV)/python -m pytest tests/code
	$(VENV)/python -m pytest tests/data

lint: .venv/installed
	$(VENV)/ruff check .
	$(VENV)/ruff format --check .
	$(VENV)/mypy

check: .venv/installed
	$(VENV)/python build.py --check

# Closes the version of records/package.yaml: its manifest, to be committed.
stamp: .venv/installed
	$(VENV)/accords stamp

# Everything to upload, in dist/; DOI=10.5281/zenodo.1 stamps a reserved DOI.
release: .venv/installed
	$(VENV)/accords release $(if $(DOI),--doi $(DOI))

# Exact versions for everyone, from the bounds in pyproject.toml.
lock:
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet ".[dev]"
	.venv-lock/bin/pip freeze --exclude accords | grep -v ' @ ' > requirements.lock
	rm -rf .venv-lock

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed")'
	$(PYTHON) -m venv .venv
	$(VENV)/python -m pip install --quiet --requirement requirements.lock
	touch $@

# Again where the version changes: an installed package knows the one it was installed with.
.venv/installed: .venv/ready records/package.yaml
	$(VENV)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

clean:
	rm -rf .venv dist
