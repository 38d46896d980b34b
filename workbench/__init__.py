"""Hear calls, tag how they sound, relate it to what happened."""
