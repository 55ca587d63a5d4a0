"""At the door without a badge: a name searched, a person checked in by hand.

JSON for the scanner's page, in the session of a member of staff who is signed in on
that device; the device's own token opens nothing here (trust.md).
"""

from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.json_reader import read_json
from tracker.models import Enrollment
from tracker.models.attendance import ReasonChip
from tracker.services import door_search, enrollments, segments
from tracker.services.acts import Act, Why
from tracker.services.door_search import HandResult
from tracker.views.api.scans import written
from tracker.views.staff_page import AT_THE_DOOR

bp = Blueprint("door_search", __name__, url_prefix="/staff/offerings/<code>/door")

CHIPS = {
    each.value: each
    for each in (
        ReasonChip.BADGE_FORGOTTEN,
        ReasonChip.PHONE_DEAD,
        ReasonChip.SCANNER_DOWN,
        ReasonChip.SEEN_IN_ROOM,
    )
}
LARGEST_SEGMENT = 100_000


@bp.get("/session")
@access.staff(*AT_THE_DOOR)
def session(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Say who is signed in on this device, and give the token for what it sends."""
    user = access.current_user()
    return {"user": user.name or user.email, "csrf_token": generate_csrf()}


@bp.post("/search")
@access.staff(*AT_THE_DOOR)
def search(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Find people by the beginnings of their names: ten at most."""
    text = _read({"text"})["text"]
    if not isinstance(text, str):
        raise InvalidError("Type a name.", {"/text": "must be a text"})
    now, user = clock.now(), access.current_user()
    door_search.spend_search(user, now=now)
    db.session.commit()
    found, has_more = door_search.search(
        access.current_offering(), text, user=user, now=now
    )
    db.session.commit()
    return {"people": [each._asdict() for each in found], "more": has_more}


@bp.post("/check-in")
@access.staff(*AT_THE_DOOR)
def check_in(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Check somebody in by hand; the answer is like a scan's."""
    sent = _read({"enrollment", "segment", "uid", "chip"})
    _refuse_shapes(sent)
    offering = access.current_offering()
    enrollment = enrollments.get_by_public_id(offering, sent["enrollment"])
    segment = segments.get_segment(offering, sent["segment"])
    result = door_search.check_in(
        enrollment,
        segment,
        act=Act(
            why=Why(CHIPS[sent["chip"]]),
            uid=UUID(sent["uid"]).hex,
            user=access.current_user(),
            now=clock.now(),
        ),
    )
    db.session.commit()
    zone = ZoneInfo(offering.timezone)
    return {
        "id": sent["uid"],
        "segment": segment.number,
        **_answer(result, enrollment, zone),
    }


@bp.post("/undo")
@access.staff(*AT_THE_DOOR)
def undo(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Take one's own check-in by hand back, within a minute."""
    sent = _read({"uid"})
    if not _is_uuid(sent["uid"]):
        problem = "must be the UUID of the check-in"
        raise InvalidError("This undo cannot be read.", {"/uid": problem})
    act = Act(
        why=Why(ReasonChip.MISTAKE),
        uid=uuid4().hex,
        user=access.current_user(),
        now=clock.now(),
    )
    made = UUID(sent["uid"]).hex
    door_search.undo_check_in(access.current_offering(), made, act=act)
    db.session.commit()
    return {"id": sent["uid"], "outcome": "undone"}


def _read(fields: set[str]) -> dict[str, Any]:
    sent = read_json(request.get_data())
    if not isinstance(sent, dict):
        raise InvalidError("The body must be an object.", {"": "must be an object"})
    errors = {f"/{name}": "is missing" for name in fields - sent.keys()}
    errors |= {f"/{name}": "is not known" for name in sent.keys() - fields}
    if errors:
        raise InvalidError("This cannot be read.", errors)
    return sent


def _refuse_shapes(sent: dict[str, Any]) -> None:
    number, person, chip = sent["segment"], sent["enrollment"], sent["chip"]
    errors = {}
    if type(number) is not int or not 0 < number <= LARGEST_SEGMENT:
        errors["/segment"] = "must be a segment's number"
    if not isinstance(person, str) or not person.isalnum() or len(person) > 64:
        errors["/enrollment"] = "must be an enrollment's id"
    if not isinstance(chip, str) or chip not in CHIPS:
        errors["/chip"] = f"must be one of {', '.join(CHIPS)}"
    if not _is_uuid(sent["uid"]):
        errors["/uid"] = "must be a UUID, made once for this check-in"
    if errors:
        raise InvalidError("This check-in cannot be read.", errors)


def _is_uuid(value: Any) -> bool:
    try:
        return isinstance(value, str) and len(value) <= 36 and bool(UUID(value))
    except ValueError:
        return False


def _answer(
    result: HandResult, enrollment: Enrollment, zone: ZoneInfo
) -> dict[str, Any]:
    return {
        "outcome": result.outcome,
        "reason": result.reason,
        "late": result.is_late,
        "first_in": written(result.first_in, zone),
        "person": {
            "enrollment": enrollment.public_id,
            "name": enrollment.person.name,
            "agency": enrollment.person.agency,
        },
        "attended": result.attended,
        "required": result.required,
    }
