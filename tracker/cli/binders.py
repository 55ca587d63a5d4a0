"""The command that makes an offering's binder."""

from pathlib import Path
from typing import Any

import click

from tracker import clock
from tracker.cli import files
from tracker.cli.root import end_with_failure, main, with_app
from tracker.db import db, end_reading, reading
from tracker.domain.binders import Scope, Wish
from tracker.errors import NotFoundError
from tracker.models import Offering
from tracker.services import binder_zip, binders, catalogue, credit_rules
from tracker.services.audit import CLI
from tracker.services.binders import Contents

Answer = tuple[Any, str]
FILE = click.Path(dir_okay=False, path_type=Path)


@main.command("binder")
@click.argument("code")
@click.option("--file", "file", type=FILE, required=True, help="The zip to write.")
@click.option("--person", help="Of one person: the enrollment's id.")
@click.option("--jurisdiction", help="Of one jurisdiction: its name, or its key.")
@click.option("--without-names", is_flag=True, help="Of everybody, but nameless.")
@with_app
def make_binder(
    code: str,
    file: Path,
    person: str | None,
    jurisdiction: str | None,
    without_names: bool,
) -> Answer:
    """Write what an accreditor or a grant monitor asks for of an offering, as a zip.

    Making it is noted in the audit log. Exit code 1 where that log is broken; the
    binder is written all the same, and says so.
    """
    offering = catalogue.get_offering(code)
    wish = _wish(offering, person, jurisdiction, is_nameless=without_names)
    now = clock.now()
    binders.check(offering, wish)
    binders.note(offering, wish, actor=CLI, now=now)
    db.session.commit()
    contents = _read(code, wish)
    with files.writing_private(file) as opened:
        for _ in binder_zip.write(contents, opened):
            pass
    if contents.broken:
        end_with_failure()
    document = {
        "offering": code,
        "file": str(file),
        "files": contents.file_count,
        "people": contents.people_count,
        "audit": contents.broken is None,
    }
    notes = "".join(f"\n{each}" for each in contents.notes)
    return document, f"Wrote {file}: {contents.file_count} files.{notes}"


def _wish(
    offering: Offering,
    person: str | None,
    jurisdiction: str | None,
    *,
    is_nameless: bool,
) -> Wish:
    if sum([person is not None, jurisdiction is not None, is_nameless]) > 1:
        raise click.UsageError(
            "Choose one of --person, --jurisdiction and --without-names."
        )
    if person is not None:
        return Wish(Scope.PERSON, person)
    if jurisdiction is not None:
        return Wish(Scope.JURISDICTION, _key(offering, jurisdiction))
    return Wish(Scope.NAMELESS if is_nameless else Scope.WHOLE)


def _key(offering: Offering, text: str) -> str:
    """Return the key of what was named by its key, or by a name that only one has.

    Raises:
        NotFoundError: the offering carries none of it; lists those that it does.
    """
    known = {
        credit_rules.key_of(each["jurisdiction"], each["unit"]): each["jurisdiction"]
        for each in credit_rules.list_accreditations(offering)
    }
    fitting = [key for key, name in known.items() if text in {key, name}]
    if len(fitting) == 1:
        return fitting[0]
    listed = "".join(f"\n  {key}  {name}" for key, name in known.items()) or " none."
    raise NotFoundError(f"Name one of the offering's accreditations:{listed}")


def _read(code: str, wish: Wish) -> Contents:
    """Read it table by table, so that no door has to wait for all of them."""
    with reading():
        offering = catalogue.get_offering(code)
        contents = binders.read(offering, wish, now=clock.now(), pause=end_reading)
        end_reading()
    return contents
