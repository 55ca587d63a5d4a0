"""The desk pack: all that the registration desk needs on paper before a day."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime

from tracker import labels, links, qr
from tracker.documents import render_badges
from tracker.domain.passes import PRACTICE_PASS
from tracker.models import Offering, Segment
from tracker.services import rosters, schedules, segments, sheets, spares
from tracker.services.audit import Actor
from tracker.services.sheets import Layout
from tracker.typesetting import ACCESSIBLE, typeset


def read_pack(
    offering: Offering,
    day: date | None,
    *,
    sheet: str = labels.USUAL,
    actor: Actor,
    now: datetime,
) -> bytes:
    """Print the desk pack of a day as a ZIP of PDFs, in the order of their use.

    The door card with the practice pass; sign-in sheets of the day's segments;
    everybody's badge; the spare badges that are nobody's yet. What there is nothing
    of is left out. `sheet` names one of `labels.SHEETS` for the badges; the rest is
    on paper of its size. Names are read, so each part notes that in the audit log; the
    rows of the sheets are kept (services/sheets.py).

    Raises:
        ConflictError: a name holds a character that no font here can print.
    """
    pack = io.BytesIO()
    with zipfile.ZipFile(pack, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, (name, pdf) in enumerate(
            _parts(offering, day, sheet, actor, now), start=1
        ):
            info = zipfile.ZipInfo(f"{number}-{name}.pdf", (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, pdf)
    return pack.getvalue()


def _parts(
    offering: Offering, day: date | None, sheet: str, actor: Actor, now: datetime
) -> Iterator[tuple[str, bytes]]:
    is_letter = labels.BY_NAME[sheet].paper == labels.LETTER
    paper = "letter" if is_letter else "a4"
    yield "door-card", door_card(offering, paper=paper)
    rows = rosters.list_passes(offering, actor=actor, now=now)
    on_it = _segments_of(offering, day)
    if rows and on_it:
        layout = Layout(paper=paper)
        yield (
            "sign-in-sheets",
            sheets.sheet_pdf(offering, on_it, actor=actor, now=now, layout=layout),
        )
    if rows:
        yield "badges", rosters.badges_pdf(offering, rows, sheet=sheet)
    if spares.list_badges(offering):
        spare = spares.read_sheet(offering, sheet=sheet, actor=actor, now=now)
        yield "spare-badges", render_badges(spare)


def _segments_of(offering: Offering, day: date | None) -> list[Segment]:
    schedule = schedules.schedule_of(offering)
    return [
        row
        for row in segments.read_segments(offering)
        if row.cancelled_at is None and schedule.local_day(row.starts_at) == day
    ]


def door_card(offering: Offering, *, paper: str = "a4") -> bytes:
    """Print the card for the door: pairing, what the colours mean, practice pass.

    It lies where everybody sees it, so it names the offering's code and no topic.
    """
    width, height = labels.PAPERS[paper]
    data = {
        "language": "en",
        "title": "At the door",
        "code": offering.code,
        "host_name": offering.host.get("name", ""),
        "address": links.absolute("/scan/pair"),
        "practice_svg": qr.svg(PRACTICE_PASS),
        "paper": [width, height],
    }
    return typeset("door-card.typ", data, standards=ACCESSIBLE)
