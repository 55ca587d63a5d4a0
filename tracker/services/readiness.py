"""What is not ready before an offering's next day, each with where it is mended."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from tracker.domain.dates import spelled_moment
from tracker.domain.schedule import Schedule
from tracker.errors import NotFoundError
from tracker.models import Offering
from tracker.services import (
    batches,
    contest_lists,
    days,
    device_states,
    enrollments,
    evaluations,
    held_scans,
    schedules,
    seats,
    segments,
    undelivered,
)
from tracker.services.device_states import DeviceLine

UNSEEN = timedelta(hours=24)
SLOW_MAIL = timedelta(minutes=15)
LOW_BATTERY = 20


class Place(StrEnum):
    """Where a matter is mended; `SERVER`: by whoever runs it, on no page."""

    APPLICATION = "application"
    CONTESTS = "contests"
    DAY = "day"
    DEVICE = "device"
    DEVICES = "devices"
    EVALUATION = "evaluation"
    HELD = "held"
    MAIL = "mail"
    PEOPLE = "people"
    PERSON = "person"
    SEGMENT = "segment"
    SERVER = "server"


@dataclass(frozen=True)
class Matter:
    """One thing that is not ready: what to mend, where, and which one (`key`)."""

    place: Place
    sentence: str
    key: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Readiness:
    """The next day (None: none is to come), and everything that is not ready."""

    day: date | None
    matters: tuple[Matter, ...]


@dataclass(frozen=True)
class Server:
    """What the check needs to know of the server: its keys, and whether it mails."""

    evaluation_keys: Path
    can_mail: bool


def check(offering: Offering, server: Server, *, now: datetime) -> Readiness:
    """Check everything that the next day needs, in a fixed number of queries."""
    schedule = schedules.schedule_of(offering)
    day = next_day(schedule, now)
    found = [
        *_devices(offering, now),
        *_mail(server, now),
        *_undelivered(offering),
        *_undecided(offering),
        *_unsigned(offering, schedule, now),
        *_segments(offering, schedule, day),
        *_people(offering),
        *_unconfirmed(offering, schedule),
        *_evaluation(offering, schedule, server, now),
    ]
    return Readiness(day, tuple(found))


def next_day(schedule: Schedule, now: datetime) -> date | None:
    """Return the first day whose first segment has not begun; None: none is to come."""
    for day, on_it in days.segments_by_day(schedule).items():
        if on_it[0].starts_at > now:
            return day
    return None


def _devices(offering: Offering, now: datetime) -> Iterator[Matter]:
    lines = [
        line
        for line in device_states.list_lines(offering, now=now)
        if line.revoked_at is None
    ]
    if not lines:
        yield Matter(Place.DEVICES, "No device is paired. Pair one for each door.")
    for line in lines:
        for sentence in _device_problems(line, now):
            yield Matter(Place.DEVICE, sentence, {"device": line.device})


def _device_problems(line: DeviceLine, now: datetime) -> Iterator[str]:
    if line.unsent_count:
        scans = "1 scan" if line.unsent_count == 1 else f"{line.unsent_count} scans"
        yield (
            f"{line.name} holds {scans} that it has not sent. "
            "Open its door page where there is a network."
        )
    if line.last_contact_at is None:
        yield f"{line.name} has never been heard of. Open its door page once."
    elif now - line.last_contact_at > UNSEEN:
        yield f"{line.name} was not heard of for a day. Open its door page once."
    elif line.battery_percent is not None and line.battery_percent < LOW_BATTERY:
        yield f"{line.name} was at {line.battery_percent} % battery. Charge it."


def _mail(server: Server, now: datetime) -> Iterator[Matter]:
    if not server.can_mail:
        yield Matter(
            Place.SERVER,
            "No mail goes out: no mail server is set. Ask whoever runs the server.",
        )
        return
    waiting = undelivered.read_waiting()
    if waiting.oldest_at is not None and now - waiting.oldest_at > SLOW_MAIL:
        minutes = (now - waiting.oldest_at) // timedelta(minutes=1)
        yield Matter(
            Place.SERVER,
            f"Mail is stuck: the oldest waits for {minutes} minutes. "
            "Ask whoever runs the server to look at its mail.",
        )


def _undelivered(offering: Offering) -> Iterator[Matter]:
    if failed := undelivered.count_undelivered(offering):
        mails = "1 mail was" if failed == 1 else f"{failed} mails were"
        yield Matter(
            Place.MAIL,
            f"{mails} given up. Mend the address, and send it again.",
        )


def _undecided(offering: Offering) -> Iterator[Matter]:
    if held := held_scans.count_held(offering):
        wait = "1 held scan waits" if held == 1 else f"{held} held scans wait"
        yield Matter(Place.HELD, f"{wait} for a decision.")
    if contested := contest_lists.count_open(offering):
        wait = "1 contest waits" if contested == 1 else f"{contested} contests wait"
        yield Matter(Place.CONTESTS, f"{wait} for an answer.")


def _unsigned(
    offering: Offering, schedule: Schedule, now: datetime
) -> Iterator[Matter]:
    for line in days.list_days(offering, schedule, now=now):
        if line.is_over and not line.is_signed:
            name = f"{line.day:%A}, {line.day.day} {line.day:%B}"
            key = {"day": line.day.isoformat()}
            yield Matter(Place.DAY, f"{name} is not signed off.", key)


def _segments(
    offering: Offering, schedule: Schedule, day: date | None
) -> Iterator[Matter]:
    if day is None:
        return
    for row in segments.read_segments(offering):
        is_that_day = schedule.local_day(row.starts_at) == day
        if row.cancelled_at is not None or not is_that_day:
            continue
        key = {"number": str(row.number)}
        if not row.room:
            yield Matter(Place.SEGMENT, f"Segment {row.number} has no room.", key)
        if not row.instructors:
            sentence = f"Segment {row.number} has no instructor."
            yield Matter(Place.SEGMENT, sentence, key)


def _people(offering: Offering) -> Iterator[Matter]:
    rows = enrollments.list_enrollments(offering)
    if not rows:
        yield Matter(Place.PEOPLE, "Nobody is enrolled.")
        return
    codes = enrollments.current_passes(offering)
    unreached = undelivered.find_unreached({row.person.email for row in rows})
    for row in rows:
        key = {"person": row.public_id}
        if row.id not in codes:
            sentence = f"{row.person.name} has no pass that checks in."
            yield Matter(Place.PERSON, sentence, key)
        if not row.person.email:
            sentence = f"{row.person.name} has no e-mail address."
            yield Matter(Place.PERSON, sentence, key)
        elif row.person.email in unreached:
            sentence = f"Mail does not reach {row.person.name}: check the address."
            yield Matter(Place.PERSON, sentence, key)


def _unconfirmed(offering: Offering, schedule: Schedule) -> Iterator[Matter]:
    for row in seats.list_held(offering):
        sentence = f"{row.person.name} has not confirmed the seat."
        if row.confirm_by is not None:
            until = spelled_moment(row.confirm_by, schedule.zone)
            sentence += f" It is held until {until}."
        yield Matter(Place.APPLICATION, sentence, {"application": row.public_id})


def _evaluation(
    offering: Offering, schedule: Schedule, server: Server, now: datetime
) -> Iterator[Matter]:
    if schedule.ends_at is None or now >= evaluations.closes_at(offering, schedule):
        return
    try:
        evaluations.form_of(offering)
    except NotFoundError:
        sentence = "There is no evaluation form: nobody can complete the offering."
        yield Matter(Place.EVALUATION, sentence)
    if not batches.holds_key(offering, server.evaluation_keys):
        yield Matter(
            Place.SERVER,
            "The evaluation's key is not on the server: answers could never be read. "
            "Ask whoever runs the server to put it back.",
        )
