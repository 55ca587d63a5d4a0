"""An offering that was held, made by the real services."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from tests.factories import (
    NINE_AM,
    make_day,
    make_device,
    make_enrollment,
    make_offering,
    make_pass,
)
from tracker import links
from tracker.db import db
from tracker.domain.scan_input import read_scan
from tracker.models import Certificate, Enrollment, Offering, Segment
from tracker.services import batches, certificates, evaluations, scanning, tokens
from tracker.services.audit import CLI

EVENING = NINE_AM + timedelta(hours=10)
FORM = {
    "sections": [
        {
            "key": "overall",
            "title": "As a whole",
            "repeat": "once",
            "questions": [
                {"key": "useful", "kind": "rating", "text": "Useful?", "required": True}
            ],
        }
    ]
}


@dataclass
class Held:
    """Ada and Ben were at every segment and answered; Ada is certified."""

    offering: Offering
    segments: list[Segment]
    door: str
    ada: Enrollment
    ben: Enrollment
    passes: dict[int, str]
    certificate: Certificate


def hold_offering(**fields: Any) -> Held:
    """Hold a day of two segments; one scan was of no pass and is refused."""
    offering = make_offering(**fields)
    batches.open_batch(offering, links.settings().evaluation_keys)
    evaluations.set_form(offering, FORM)
    segments = make_day(offering, 2)
    door = make_device(offering)
    ada = make_enrollment(offering=offering, name="Sample Ada", agency="Agency A")
    ben = make_enrollment(offering=offering, name="Sample Ben", agency="Agency B")
    passes = {each.id: make_pass(each) for each in (ada, ben)}
    for segment in segments:
        scan(door, segment, *passes.values())
    scan(door, segments[0], "https://elsewhere.example")
    for each in (ada, ben):
        assert evaluations.submit(each, {"overall.useful": ["4"]}, now=EVENING)
    certificate = certificates.issue(ada, actor=CLI, now=EVENING)
    db.session.commit()
    return Held(offering, segments, door, ada, ben, passes, certificate)


def scan(door: str, segment: Segment, *texts: str, **fields: object) -> None:
    """Let a door scan passes as the segment starts."""
    db.session.commit()  # the scan path has connections of its own
    caller = tokens.find_caller(door)
    assert caller
    batch = [
        read_scan(
            {"id": str(uuid4()), "pass": text, "segment": segment.number, **fields}
        )
        for text in texts
    ]
    scanning.record_scans(batch, caller, sent_at=None, received_at=segment.starts_at)
