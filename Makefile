PYTHON ?= python3

.PHONY: setup demo check fmt lock bench soak
setup:
	$(PYTHON) tools/setup.py env
demo:
	$(PYTHON) tools/setup.py demo
check:
	$(PYTHON) tools/setup.py check
fmt:
	$(PYTHON) tools/setup.py fmt
lock:
	$(PYTHON) tools/setup.py lock
bench:
	$(PYTHON) tools/setup.py bench
soak:
	$(PYTHON) tools/setup.py soak
