"""Pages and API, one blueprint per audience."""

from flask import Flask

from tracker.views import accounts, api, operations, participant, public


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in (accounts, api, operations, participant, public):
        app.register_blueprint(module.bp)
