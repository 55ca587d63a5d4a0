"""The console script `tracker`: what a person or a job calls by hand."""

from tracker.cli.root import main

__all__ = ["main"]
