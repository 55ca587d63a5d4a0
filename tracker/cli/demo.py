"""The demo: loaded step by step, each its own transaction, and described."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import click

from tracker import clock, links
from tracker.cli import files
from tracker.cli.root import main, with_app
from tracker.db import db, retrying
from tracker.demo import answers, applicants, history, marks, offerings, people, staff
from tracker.demo.history import Past
from tracker.models.access import TokenScope
from tracker.models.staff import Role
from tracker.services import catalogue, devices, passphrases, schedules, tokens
from tracker.services.audit import CLI

T = TypeVar("T")
PEOPLE = 40
SEED = "muster"
IMPORTED_BEFORE = timedelta(days=90)
SIGN_INS = "demo-sign-ins.txt"
PASSPHRASE = re.compile(r"^Passphrase: (\S+)$", re.MULTILINE)


@main.command("demo")
@click.option("--participants", type=click.IntRange(1, 5000), default=PEOPLE)
@click.option("--seed", default=SEED, help="Another seed, other arrivals and answers.")
@click.option("--scale", type=click.IntRange(0, 5000), default=0, metavar="OFFERINGS")
@click.option("--restart-live", is_flag=True, help="Let CSTAR-LIVE start anew.")
@with_app
def load(
    participants: int, seed: str, scale: int, restart_live: bool
) -> tuple[dict[str, Any], str]:
    """Load the demo: CSTAR13 with its history, and CSTAR-LIVE in 15 minutes.

    CSTAR-NEXT takes applications. Loading again changes nothing. CSTAR13 and the
    OFFERINGS more that --scale adds before it have 40 people at most; CSTAR-LIVE
    has all.
    """
    loaded = load_demo(participants, seed)
    for number in range(1, scale + 1):
        load_earlier(number, min(participants, PEOPLE), seed)
    if restart_live:
        in_step(_restart_live)
    return {"loaded": loaded, "scale": scale}, describe_demo(pairs=bool(loaded))


def in_step(act: Callable[[], T]) -> T:
    """Do one step in a transaction of its own."""

    def step() -> T:
        done = act()
        db.session.commit()
        return done

    return retrying(step)


def load_demo(participants: int = PEOPLE, seed: str = SEED) -> list[str]:
    """Load what is not there yet; return the codes of what was loaded."""
    codes = (offerings.PAST_CODE, offerings.LIVE_CODE, offerings.NEXT_CODE)
    missing = [code for code in codes if not in_step(partial(marks.is_loaded, code))]
    if not missing:
        return []
    passphrase = _keep_passphrase()
    hashed = passphrases.hash_passphrase(passphrase)
    if offerings.PAST_CODE in missing:
        _load_past(min(participants, PEOPLE), seed, hashed)
    if offerings.LIVE_CODE in missing:
        _load_live(participants, hashed, passphrase)
    if offerings.NEXT_CODE in missing:
        in_step(partial(_add_next, hashed))
    return missing


def _load_past(count: int, seed: str, hashed: str) -> None:
    definition = offerings.past_definition(count)
    starts_at = offerings.first_start(definition)
    add = partial(marks.add_offering, definition, count)
    offering = in_step(partial(add, now=starts_at - IMPORTED_BEFORE))
    in_step(partial(staff.add_staff, offering, hashed, now=clock.now()))
    past = in_step(partial(Past, offering, seed))
    _scan(past)
    in_step(partial(answers.evaluate, past))
    in_step(lambda: history.excuse(past, staff.get_coordinator()))
    in_step(partial(history.certify, past, days=0))
    in_step(lambda: history.make_up(past, staff.get_coordinator()))
    in_step(partial(history.certify, past, days=21))
    in_step(lambda: history.void(past, staff.get_coordinator()))
    in_step(partial(history.file_mail, past))
    in_step(partial(marks.mark_loaded, offering, count, now=clock.now()))


def _scan(past: Past) -> None:
    token = in_step(partial(history.pair_door, past))
    for received_at, scans in in_step(partial(history.read_batches, past)):
        history.scan(token, scans, received_at=received_at)
    in_step(partial(history.retire_doors, past))


def load_earlier(number: int, count: int, seed: str) -> None:
    """Load one more past offering, with scans only."""
    definition = offerings.earlier_definition(number, count)
    if in_step(partial(marks.is_loaded, definition["offering"]["code"])):
        return
    now = offerings.first_start(definition) - IMPORTED_BEFORE
    offering = in_step(partial(marks.add_offering, definition, count, now=now))
    _scan(in_step(partial(Past, offering, seed)))
    in_step(partial(marks.mark_loaded, offering, count, now=clock.now()))


def _load_live(count: int, hashed: str, passphrase: str) -> None:
    def add() -> dict[TokenScope, str]:
        now = clock.now()
        definition = offerings.live_definition(count, now=now)
        offering = marks.add_offering(definition, count, now=now)
        staff.add_staff(offering, hashed, now=now)
        marks.mark_loaded(offering, count, now=now)
        return {
            scope: tokens.add_token(
                f"Demo {scope.value}", offering, scope, actor=CLI, now=now
            )
            for scope in TokenScope
        }

    _write_sign_ins(passphrase, in_step(add))


def _add_next(hashed: str) -> None:
    """Add the offering that people can apply for, and who has applied by now."""
    now = clock.now()
    offering = marks.add_offering(offerings.next_definition(now=now), 0, now=now)
    staff.add_staff(offering, hashed, now=now)
    marks.mark_loaded(offering, applicants.apply_all(offering, now=now), now=now)


def _restart_live() -> None:
    offering = catalogue.get_offering(offerings.LIVE_CODE)
    now: datetime = clock.now()
    moved = offerings.restarted(catalogue.export_offering(offering), now=now)
    catalogue.import_offering(moved, actor=CLI, now=now)


def _sign_ins() -> Path:
    return links.settings().instance / SIGN_INS


def _find_passphrase() -> str | None:
    path = _sign_ins()
    found = PASSPHRASE.search(path.read_text()) if path.exists() else None
    return found[1] if found else None


def _keep_passphrase() -> str:
    """Return the demo's passphrase, made once and kept before anybody has it."""
    passphrase = _find_passphrase()
    if passphrase is None:
        passphrase = staff.new_passphrase()
        _write_sign_ins(passphrase, {})
    return passphrase


def _write_sign_ins(passphrase: str, made: dict[TokenScope, str]) -> None:
    lines = ["The demo's sign-ins. Nobody in it exists."]
    lines += [f"Staff: {staff.email_of(role)}" for role in Role]
    lines += [f"Passphrase: {passphrase}", f"Participant: {people.email_of(1)}"]
    lines += [f"API token, {scope.value}: {token}" for scope, token in made.items()]
    files.write_private(str(_sign_ins()), "\n".join([*lines, ""]).encode())


def describe_demo(*, pairs: bool) -> str:
    """Say where everything is; with `pairs`, make a code that pairs a door, too."""
    base = links.absolute("")
    lines = [f"  Public page   {base}/"]
    if in_step(partial(marks.is_loaded, offerings.NEXT_CODE)):
        lines.append(f"  To apply for  {base}/offerings/{offerings.NEXT_CODE}")
    lines += [f"  Staff         {base}/staff/sign-in"]
    if in_step(partial(marks.is_loaded, offerings.LIVE_CODE)):
        passphrase = _find_passphrase() or f"was in {SIGN_INS}, which is gone"
        lines += [f"                {staff.email_of(role)}" for role in Role]
        lines += [
            f"                passphrase: {passphrase}",
            f"  Participant   {base}/sign-in",
            f"                {people.email_of(1)}; its code comes by mail, "
            f"shown on {base}/local-mail",
        ]
        lines += _door(base) if pairs else []
        lines.append(in_step(_live_start))
    return "\n".join(lines)


def _door(base: str) -> list[str]:
    return [
        f"  Door          {base}/scan/pair/{in_step(_pairing_code)}",
        "                pairs one device, once, within 15 minutes",
    ]


def _live_start() -> str:
    offering = catalogue.get_offering(offerings.LIVE_CODE)
    schedule = schedules.schedule_of(offering)
    starts_at = min(segment.starts_at for segment in schedule.held)
    when = starts_at.astimezone(schedule.zone)
    verb = "begins" if starts_at > clock.now() else "began"
    return (
        f"  {offering.code} {verb} on {when:%d %B at %H:%M} ({offering.timezone}); "
        "anew: tracker demo --restart-live"
    )


def _pairing_code() -> str:
    offering = catalogue.get_offering(offerings.LIVE_CODE)
    return devices.make_pairing_code(
        offering, "Demo door", "Hall A", actor=CLI, now=clock.now()
    )
