"""The desk pack: what the desk prints before a day, and nothing that tells a topic."""

import io
import zipfile
from datetime import date

import pypdf
import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_day, make_enrollment, make_offering, make_pass
from tests.printed import text_of
from tracker import labels
from tracker.db import db
from tracker.models import AuditEntry
from tracker.services import desk_packs, spares
from tracker.services.audit import CLI

DAY = date(2026, 11, 3)
DOOR, SHEETS, BADGES, SPARES = (
    "1-door-card.pdf",
    "2-sign-in-sheets.pdf",
    "3-badges.pdf",
    "4-spare-badges.pdf",
)


@pytest.fixture
def offering(app):
    offering = make_offering(title="A secret topic")
    make_day(offering)
    make_pass(make_enrollment(offering=offering, name="Sample Ada"))
    return offering


def read(offering, day=DAY, **options):
    data = desk_packs.read_pack(offering, day, actor=CLI, now=NINE_AM, **options)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_all_that_the_desk_needs_in_the_order_of_use(offering):
    spares.make_spares(offering, 3, after=0, actor=CLI, now=NINE_AM)

    pack = read(offering)

    assert list(pack) == [DOOR, SHEETS, BADGES, SPARES]
    assert "Practice pass" in text_of(pack[DOOR])
    assert "Sample Ada" in text_of(pack[SHEETS])
    assert "Sample Ada" in text_of(pack[BADGES])
    assert "Spare 3" in text_of(pack[SPARES])


def test_what_there_is_nothing_of_is_left_out(offering):
    assert list(read(offering)) == [DOOR, SHEETS, BADGES]
    assert list(read(offering, None)) == [DOOR, "2-badges.pdf"]


def test_an_offering_of_nobody_still_has_its_door_card(app):
    assert list(read(make_offering())) == [DOOR]


def test_no_page_of_it_names_the_topic(offering):
    for name, pdf in read(offering).items():
        said = text_of(pdf)
        assert "secret" not in said, name
        assert "Segment 1 " not in said, name


def test_every_reading_of_names_is_in_the_audit_log(offering):
    read(offering)

    assert set(db.session.scalars(sa.select(AuditEntry.action))) == {
        "roster.export",
        "sheets.print",
    }


@pytest.mark.parametrize("sheet", labels.BY_NAME)
def test_it_is_printed_on_paper_that_the_badges_fit(offering, sheet):

    pack = read(offering, sheet=sheet)

    is_letter = labels.BY_NAME[sheet].paper == labels.LETTER
    width, height = labels.LETTER if is_letter else labels.A4
    for name in (DOOR, SHEETS):
        page = pypdf.PdfReader(io.BytesIO(pack[name])).pages[0]
        inches = page.mediabox.width / 72, page.mediabox.height / 72
        assert inches == pytest.approx((width / 25.4, height / 25.4), abs=0.01), name
