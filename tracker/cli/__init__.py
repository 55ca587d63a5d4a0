"""The console script `tracker`: what a person or a job calls by hand."""

from tracker.cli import (
    attendance,
    binders,
    certificates,
    completions,
    database,
    demo,
    offerings,
    paper,
    people,
    scans,
    serving,
    staff,
    work,
)
from tracker.cli.root import main

# Importing a module of commands adds them to `main`.
__all__ = [
    "attendance",
    "binders",
    "certificates",
    "completions",
    "database",
    "demo",
    "main",
    "offerings",
    "paper",
    "people",
    "scans",
    "serving",
    "staff",
    "work",
]
