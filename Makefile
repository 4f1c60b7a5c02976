# Two commands do everything: `make run` and `make test`. Both call `make setup`.
PYTHON ?=
PORT ?= 8000
PY := .venv/bin/python
export UV_PYTHON_DOWNLOADS := never
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: setup run test test-fast lint bench soak pictures format clean locks

setup: .venv/ok-run

.venv/ok-run: requirements.lock tools/setup.sh
	@bash tools/setup.sh "$(PYTHON)" requirements.lock
	@touch $@

.venv/ok-dev: requirements-dev.lock .venv/ok-run
	@bash tools/setup.sh "$(PYTHON)" requirements-dev.lock
	@touch $@

run: setup
	@exec $(PY) -m caicach serve --port $(PORT)

lint: .venv/ok-dev
	@bash tools/lint.sh

test: .venv/ok-dev
	@bash tools/need-debian.sh test
	@bash tools/test.sh

test-fast: .venv/ok-dev
	@$(PY) -m pytest tests/rules tests/reading tests/rooms -m "not slow" -n 2

bench: .venv/ok-dev
	@bash tools/need-debian.sh test
	@PG_SAFE=1 bash tools/with-postgres.sh $(PY) -m bench

soak: .venv/ok-dev
	@bash tools/need-debian.sh test
	@$(PY) -m pytest tests -m soak

# The pictures of docs/pictures, taken anew from the demo ward.
pictures: .venv/ok-dev
	@bash tools/need-debian.sh test
	@$(PY) tools/pictures.py

format: .venv/ok-dev
	@.venv/bin/ruff format caicach tests bench tools && .venv/bin/ruff check --fix caicach tests bench tools

# Renews both lock files; neither may name a package host.
locks:
	uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements.lock
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate -q -o requirements-dev.lock

clean:
	rm -rf .venv var
