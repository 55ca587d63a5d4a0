"""Pages and API, one blueprint per audience."""

from flask import Flask

from tracker.views import (
    accounts,
    api,
    by_hand,
    certification,
    contests,
    coordinator,
    corrections,
    devices,
    door,
    instructor,
    operations,
    own_contests,
    participant,
    people,
    public,
)

MODULES = (
    accounts,
    api,
    by_hand,
    certification,
    contests,
    coordinator,
    corrections,
    devices,
    door,
    instructor,
    operations,
    own_contests,
    participant,
    people,
    public,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in MODULES:
        app.register_blueprint(module.bp)
