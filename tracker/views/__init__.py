"""Pages and API, one blueprint per audience."""

from flask import Flask

from tracker.views import accounts, api, operations


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (accounts, api, operations):
        app.register_blueprint(module.bp)
