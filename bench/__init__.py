"""Measures beside their limits, in one run: `make bench`. Ratios count; absolute times swing with the machine."""
