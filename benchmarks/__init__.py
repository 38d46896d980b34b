"""The workbench side by side with what an analyst could pick instead: python -m benchmarks NAME."""
