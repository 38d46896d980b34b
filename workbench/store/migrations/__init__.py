"""Numbered steps from one layout of the database to the next, written by hand."""
