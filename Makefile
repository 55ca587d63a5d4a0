# Everything here only calls what a person can call by hand; see CONTRIBUTING.md.

VENV ?= .venv
PORT ?= 5000
WORKERS ?= 2
PYTHON ?=
BIN := $(VENV)/bin

# So that a make variable, CHROMIUM=…, reaches the programs, too.
ifdef CHROMIUM
export CHROMIUM
endif

.PHONY: run test check bench coverage pins clean
.PHONY: install-run install-test install-lint browser

run: install-run
	@exec $(BIN)/tracker run --port $(PORT)

# Bytecode is kept, also where the environment says otherwise: else each of the
# many processes that tests start compiles all of it again.
test: browser
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -p tests.no_skips -n $(WORKERS) --dist worksteal $(ARGS)

coverage: browser
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -p tests.no_skips -n $(WORKERS) --dist worksteal --cov $(ARGS)

check: install-lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/tracker migrations check

bench: install-test
	@$(BIN)/python -m bench $(ARGS)

# Versions: resolve the ranges of pyproject.toml anew.
pins: install-run
	@$(BIN)/python -m tools.pins

# The data in instance/ is kept.
clean:
	@rm -rf $(VENV) build dist htmlcov .coverage
	@rm -rf .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

install-run install-test install-lint:
	@PYTHON='$(PYTHON)' sh tools/venv.sh $(VENV)
	@$(BIN)/python -m tools.install $(@:install-%=%)

browser: install-test
	@$(BIN)/python -m tools.browser
