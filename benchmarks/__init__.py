"""Measured figures: `python -m benchmarks NAME`."""
