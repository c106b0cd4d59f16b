# The two commands of the README are `make demo` and `make test`; each does all its own set-up.
UV := $(shell command -v uv 2>/dev/null || echo .tools/bin/uv)
export UV_PYTHON_DOWNLOADS := never
export QTWEBENGINE_DISABLE_SANDBOX := 1

.PHONY: setup demo test check faults bench
setup:
	@.ci/setup

demo: setup
	$(UV) run linepack demo

test: setup
	$(UV) run pytest -n 3 --dist loadfile -m "not slow"

check: setup
	$(UV) run ruff check .
	$(UV) run ruff format --check .
	$(UV) run mypy
	$(UV) run lint-imports
	$(UV) run python -m assets.i18n.check

# The long form of the fault suite (tests/faults/README.md): so many kills, lives, tens of power cuts; 3 in `make test`.
# And what takes too long for `make test` elsewhere.
ROUNDS := 50
faults: setup
	LINEPACK_FAULT_ROUNDS=$(ROUNDS) $(UV) run pytest tests/faults
	$(UV) run pytest -m slow

bench: setup
	$(UV) run linepack bench all
