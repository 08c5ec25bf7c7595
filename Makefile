# Everything runs in .venv, which each target makes from the locked requirements when needed.
# PYTHON=python3.12 chooses the interpreter.
.DEFAULT_GOAL := help
.PHONY: help demo test bench calibrate lock picture clean
export PYTHON UPGRADE UV

BIN := .venv/bin

help:
	@echo "make demo      the example diary's verdict in the terminal and as demo/report.pdf"
	@echo "make test      style, types and tests, as on every change"
	@echo "make bench     the measured figures of docs/benchmarks.md (minutes)"
	@echo "make calibrate the simulations of docs/validity.md (half an hour; goes on where it stopped)"
	@echo "make lock      lock the versions anew after a change in pyproject.toml (needs uv);"
	@echo "               UPGRADE=1 moves everything to the newest"
	@echo "make picture   the picture of a report in README.md (needs pdftoppm)"
	@echo "make clean     remove .venv and what the tools left behind"
	@echo
	@echo "PYTHON=python3.12 chooses the interpreter (3.11 to 3.14); UV=no uses pip although uv is there."

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

calibrate:
	@tools/environment test
	@$(BIN)/python -m calibration
	@$(BIN)/python -m calibration.tables --write
	@$(BIN)/python -m calibration.figures

lock:
	@tools/lock

picture:
	@tools/environment run
	@tools/picture

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis
