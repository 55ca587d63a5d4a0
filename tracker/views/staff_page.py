"""What every page about one offering shows staff: the offering, and the ways on."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from flask import Response, current_app, url_for

from tracker import access, web
from tracker.models.staff import Role
from tracker.services import reviews

TEACHING = (Role.COORDINATOR, Role.INSTRUCTOR)
AT_THE_DOOR = (Role.COORDINATOR, Role.DOOR)
EVERYBODY = (Role.COORDINATOR, Role.INSTRUCTOR, Role.DOOR)


@dataclass(frozen=True)
class Way:
    """A link to one of the offering's pages; `count` of what waits there."""

    label: str
    address: str
    is_current: bool
    count: int = 0


# Label, endpoint, and who may follow it.
PAGES = (
    ("Overview", "instructor.offering", EVERYBODY),
    ("Attendance", "instructor.board", TEACHING),
    ("Schedule", "schedule.index", (Role.COORDINATOR,)),
    ("Applications", "review.index", (Role.COORDINATOR,)),
    ("Room code", "rooms.index", EVERYBODY),
    ("People", "people.index", (Role.COORDINATOR,)),
    ("Devices", "devices.index", AT_THE_DOOR),
    ("Evaluation", "coordinator.evaluation", TEACHING),
    ("Certificates", "certification.index", (Role.COORDINATOR,)),
    ("Mail", "mails.index", (Role.COORDINATOR,)),
    ("Settings", "coordinator.settings", (Role.COORDINATOR,)),
)


def show(
    template: str, status: int = 200, *, section: str = "", **context: object
) -> Response:
    """Render a page about the address's offering; `section` is the label of its way.

    `zone` is the offering's: every time on these pages is its wall time.
    """
    offering = access.current_offering()
    return web.page(
        template,
        status,
        offering=offering,
        stock=offering.stock,
        zone=ZoneInfo(offering.timezone),
        ways=ways(section),
        is_coordinator=access.has_role(Role.COORDINATOR),
        **context,
    )


def ways(section: str) -> list[Way]:
    """Return the pages of the offering that this member of staff may open."""
    code = access.current_offering().code
    return [
        Way(label, url_for(endpoint, code=code), label == section, _waiting(endpoint))
        for label, endpoint, roles in PAGES
        if access.has_role(*roles) and _is_open(endpoint)
    ]


def _waiting(endpoint: str) -> int:
    if endpoint != "review.index":
        return 0
    return reviews.count_to_decide(access.current_offering())


def _is_open(endpoint: str) -> bool:
    """Say whether a page is there for who is signed in as they are."""
    declared = access.declared_access(current_app, endpoint)
    return not access.is_by_code() or (declared is not None and declared.takes_codes)
