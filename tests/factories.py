"""Rows for tests: plain functions with defaults that surprise nobody."""

import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from tracker import keys
from tracker.db import db
from tracker.domain import passes
from tracker.domain.admissions import Status
from tracker.domain.names import normalise_address
from tracker.domain.scans import Direction, Outcome
from tracker.keys import token_hash
from tracker.models import (
    ApiToken,
    Application,
    Completion,
    Course,
    Device,
    Enrollment,
    EvaluationForm,
    Instructor,
    Membership,
    Offering,
    OfferingCounter,
    Pass,
    Person,
    Response,
    ResponseBatch,
    Scan,
    Segment,
    SegmentInstructor,
    SegmentVersion,
    User,
)
from tracker.models.access import TokenScope
from tracker.models.completion import CompletionSource
from tracker.models.evaluation import Occasion
from tracker.models.staff import Role
from tracker.services import sessions
from tracker.services.tokens import DEVICE_PREFIX, TOKEN_PREFIX

NINE_AM = datetime(2026, 11, 3, 15, 0, tzinfo=UTC)  # nine in Omaha, a Tuesday
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
OFFERING_KEY = bytes(range(32))

Row = TypeVar("Row")


def save(row: Row) -> Row:
    db.session.add(row)
    db.session.flush()
    return row


def make_course(**fields: Any) -> Course:
    return save(
        Course(
            **{"code": f"C-{secrets.token_hex(4)}", "title": "Sample course", **fields}
        )
    )


def make_offering(**fields: Any) -> Offering:
    defaults: dict[str, Any] = {
        "code": f"O-{secrets.token_hex(4)}",
        "title": "Sample offering",
        "city": "Omaha",
        "state": "NE",
        "timezone": "America/Chicago",
        "starts_on": date(2026, 11, 3),
        "ends_on": date(2026, 11, 6),
        "capacity": 40,
        "host": {
            "name": "Sample host",
            "address": "1 Sample Street",
            "sponsor_numbers": [],
        },
        "key": OFFERING_KEY,
        "published_at": LONG_AGO,
        "created_at": LONG_AGO,
    }
    fields.setdefault("course", None)
    course = fields.pop("course") or make_course()
    offering = save(Offering(course=course, **{**defaults, **fields}))
    save(OfferingCounter(offering_id=offering.id))
    return offering


def make_segment(**fields: Any) -> Segment:
    offering = fields.pop("offering", None) or make_offering()
    starts_at = fields.pop("starts_at", NINE_AM)
    defaults: dict[str, Any] = {
        "number": 1,
        "title": "Morning",
        "room": "Hall",
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=90),
        "credit_minutes": 90,
    }
    segment = save(Segment(offering=offering, **{**defaults, **fields}))
    save(
        SegmentVersion(
            segment_id=segment.id,
            valid_from=LONG_AGO,
            starts_at=segment.starts_at,
            ends_at=segment.ends_at,
            room=segment.room,
        )
    )
    db.session.expire(segment, ["versions"])
    return segment


def make_day(offering: Offering, count: int = 3) -> list[Segment]:
    """Segments of 90 minutes with breaks of 30, from nine on."""
    return [
        make_segment(
            offering=offering,
            number=n + 1,
            title=f"Segment {n + 1}",
            starts_at=NINE_AM + timedelta(hours=2 * n),
        )
        for n in range(count)
    ]


def make_person(**fields: Any) -> Person:
    email = fields.pop("email", f"sample-{secrets.token_hex(6)}@example.org")
    defaults: dict[str, Any] = {
        "email": email,
        "email_digest": keys.ring().digest("people.email", normalise_address(email)),
        "name": "Sample Person",
        "agency": "Sample Agency",
        "created_at": LONG_AGO,
    }
    return save(Person(**{**defaults, **fields}))


def make_completion(**fields: Any) -> Completion:
    """A row of a report; with a `person`, one that a coordinator matched by hand."""
    email = fields.pop("email", "")
    defaults: dict[str, Any] = {
        "reference": secrets.token_bytes(32),
        "email": email,
        "email_digest": keys.ring().digest("people.email", normalise_address(email))
        if email
        else None,
        "name": "Sample Person",
        "source": CompletionSource.IMPORT,
        "completed_on": date(2026, 10, 1),
        "recorded_at": LONG_AGO,
    }
    fields.setdefault("course", None)
    course = fields.pop("course") or make_course()
    return save(Completion(course=course, **{**defaults, **fields}))


def make_enrollment(**fields: Any) -> Enrollment:
    offering = fields.pop("offering", None) or make_offering()
    person = fields.pop("person", None) or make_person(
        **{
            name: fields.pop(name)
            for name in ("name", "email", "agency")
            if name in fields
        }
    )
    return save(
        Enrollment(offering=offering, person=person, created_at=LONG_AGO, **fields)
    )


def make_pass(enrollment: Enrollment, **fields: Any) -> str:
    """Give an enrollment a pass and return its text."""
    secret_id = secrets.token_bytes(16)
    text = passes.derive_pass(enrollment.offering.key, secret_id)
    save(
        Pass(
            offering_id=enrollment.offering_id,
            enrollment_id=enrollment.id,
            secret_id=secret_id,
            fingerprint=keys.ring().digest("pass", text),
            created_at=LONG_AGO,
            **fields,
        )
    )
    return text


def make_user(
    role: Role | None = None, offering: Offering | None = None, **fields: Any
) -> User:
    email = fields.pop("email", f"staff-{secrets.token_hex(6)}@example.org")
    defaults: dict[str, Any] = {
        "email": email,
        "email_digest": keys.ring().digest("users.email", normalise_address(email)),
        "name": "Sample Staff",
        "created_at": LONG_AGO,
    }
    user = save(User(**{**defaults, **fields}))
    if role and offering:
        save(Membership(user=user, offering=offering, role=role, created_at=LONG_AGO))
    return user


def make_device(offering: Offering, **fields: Any) -> str:
    """Pair a device and return its bearer token."""
    token = DEVICE_PREFIX + secrets.token_urlsafe(32)
    defaults: dict[str, Any] = {"name": "Door 1", "room": "Hall", "paired_at": LONG_AGO}
    save(
        Device(
            offering_id=offering.id,
            token_hash=token_hash(token),
            **{**defaults, **fields},
        )
    )
    return token


def make_token(offering: Offering, scope: TokenScope = TokenScope.CHECK_IN) -> str:
    """Make an API token and return it."""
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    save(
        ApiToken(
            offering_id=offering.id,
            name="Sample program",
            scope=scope,
            token_hash=token_hash(token),
            created_at=LONG_AGO,
        )
    )
    return token


def sign_in(client: Any, owner: User | Person, *, now: datetime) -> None:
    """Sign a test client in without the pages."""
    token = sessions.begin_session(owner, now=now)
    db.session.flush()
    client.set_cookie("muster", token)


def make_instructor(
    offering: Offering, segments: Sequence[Segment] = (), **fields: Any
) -> Instructor:
    """Add an instructor who teaches in `segments`."""
    defaults: dict[str, Any] = {"position": 1, "name": "Sample Instructor"}
    instructor = save(Instructor(offering_id=offering.id, **{**defaults, **fields}))
    for segment in segments:
        save(SegmentInstructor(segment_id=segment.id, instructor_id=instructor.id))
    return instructor


def make_scan(enrollment: Enrollment, segment: Segment | None, **fields: Any) -> Scan:
    """Store a scan of an enrollment's pass, as if a door had sent it."""
    at = fields.pop("at", None) or (segment.starts_at if segment else NINE_AM)
    defaults: dict[str, Any] = {
        "uid": secrets.token_hex(8),
        "content_digest": bytes(32),
        "direction": Direction.IN,
        "scanned_at": at,
        "received_at": at,
        "outcome": Outcome.ACCEPTED,
    }
    return save(
        Scan(
            offering_id=enrollment.offering_id,
            enrollment_id=enrollment.id,
            segment_id=segment.id if segment else None,
            **{**defaults, **fields},
        )
    )


def make_teacher(
    offering: Offering, segments: Sequence[Segment] = (), **fields: Any
) -> User:
    """Make an instructor without a passphrase, who signs in by mailed codes."""
    user = make_user(Role.INSTRUCTOR, offering, **fields)
    position = db.session.scalar(
        sa.select(sa.func.count()).where(Instructor.offering_id == offering.id)
    )
    make_instructor(offering, segments, position=100 + (position or 0), user_id=user.id)
    return user


def make_released(
    offering: Offering, answers: Sequence[dict[str, Any]], **fields: Any
) -> ResponseBatch:
    """Release answers (values by field), as closing and mixing would have."""
    version = fields.pop("version", 1)
    number = db.session.scalar(
        sa.select(sa.func.count()).where(
            ResponseBatch.offering_id == offering.id,
            ResponseBatch.occasion == fields.get("occasion", Occasion.EVALUATION),
        )
    )
    defaults: dict[str, Any] = {
        "offering_id": offering.id,
        "number": 1 + (number or 0),
        "public_key": bytes(32),
        "closed_at": NINE_AM,
        "response_count": len(answers),
        "is_released": True,
    }
    batch = save(ResponseBatch(**{**defaults, **fields}))
    db.session.add_all(
        Response(
            random_id=secrets.token_bytes(16),
            batch_id=batch.id,
            form_version=version,
            answers=each,
        )
        for each in answers
    )
    db.session.flush()
    return batch


def make_form(
    offering: Offering, definition: dict[str, Any], **fields: Any
) -> EvaluationForm:
    """Give an offering a version of a form as it stands."""
    return save(
        EvaluationForm(offering_id=offering.id, definition=definition, **fields)
    )


def make_application(**fields: Any) -> Application:
    """Send an application, as its person would have."""
    offering = fields.pop("offering", None) or make_offering()
    person = fields.pop("person", None) or make_person(discipline="Law enforcement")
    defaults: dict[str, Any] = {
        "public_id": secrets.token_hex(16),
        "status": Status.SUBMITTED,
        "details": {"name": person.name, "agency": person.agency, "answers": {}},
        "discipline": person.discipline,
        "state": "NE",
        "started_at": LONG_AGO,
        "email_verified_at": LONG_AGO,
        "submitted_at": LONG_AGO,
    }
    return save(Application(offering=offering, person=person, **{**defaults, **fields}))
