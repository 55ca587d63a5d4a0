"""The API for programs and devices, version 1."""

from tracker.views.api import (
    certificates,
    devices,
    offerings,
    queue_files,
    rosters,
    scans,
    schedule,
    spec,
    undos,
)
from tracker.views.api.blueprint import bp

__all__ = [
    "bp",
    "certificates",
    "devices",
    "offerings",
    "queue_files",
    "rosters",
    "scans",
    "schedule",
    "spec",
    "undos",
]
