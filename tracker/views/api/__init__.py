"""The API for programs and devices, version 1."""

from tracker.views.api import certificates, offerings, scans, spec
from tracker.views.api.blueprint import bp

__all__ = ["bp", "certificates", "offerings", "scans", "spec"]
