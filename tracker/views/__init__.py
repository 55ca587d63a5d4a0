"""Pages and API, one blueprint per audience."""

from flask import Flask

from tracker.views import (
    accounts,
    anomalies,
    api,
    by_hand,
    certification,
    contests,
    coordinator,
    corrections,
    days,
    delivery,
    devices,
    door,
    door_search,
    door_shell,
    held,
    instructor,
    instructors,
    operations,
    own_contests,
    participant,
    people,
    public,
    queue_files,
    rescheduling,
    room_check_in,
    rooms,
    schedule,
    segment_rooms,
    sheets,
    spares,
    tomorrow,
)

MODULES = (
    accounts,
    anomalies,
    api,
    by_hand,
    certification,
    contests,
    coordinator,
    corrections,
    days,
    delivery,
    devices,
    door,
    door_search,
    door_shell,
    held,
    instructor,
    instructors,
    operations,
    own_contests,
    participant,
    people,
    public,
    queue_files,
    rescheduling,
    room_check_in,
    rooms,
    schedule,
    segment_rooms,
    sheets,
    spares,
    tomorrow,
)


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for module in MODULES:
        app.register_blueprint(module.bp)
