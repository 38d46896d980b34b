"""How the samples were made: `python -m data_samples.make all`."""
