# Everything runs in .venv, which each target makes from the locked requirements when needed.
# PYTHON=python3.12 chooses the interpreter.
.DEFAULT_GOAL := help
.PHONY: help demo test check-style types unit bench lock clean
export PYTHON

BIN := .venv/bin

help: ## Show this list
	@echo "make demo    the example diary's verdict in the terminal and as demo/report.pdf"
	@echo "make test    style, types and tests, as on every change"
	@echo "make lock    lock the versions anew after a change in pyproject.toml (needs uv)"
	@echo "make bench   the measured figures of docs/benchmarks.md (minutes)"
	@echo "make clean   remove .venv and what the tools left behind"
	@echo
	@echo "PYTHON=python3.12 chooses the interpreter (3.11 to 3.14)."

demo:
	@tools/environment run
	@tools/demo

test:
	@tools/environment test
	@echo "==> Style (ruff check)"
	@$(BIN)/ruff check .
	@echo "==> Format (ruff format)"
	@$(BIN)/ruff format --check .
	@echo "==> Types (mypy, strict)"
	@$(BIN)/mypy
	@echo "==> Tests (pytest, warnings are errors)"
	@$(BIN)/pytest

bench:
	@tools/environment bench
	@$(BIN)/python -m benchmarks

lock:
	@tools/lock

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
