"""The API for programs and devices, version 1."""

from tracker.views.api import scans
from tracker.views.api.blueprint import bp

__all__ = ["bp", "scans"]
