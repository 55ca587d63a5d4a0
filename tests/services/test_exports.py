"""The attendance table for spreadsheets."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.factories import NINE_AM, make_day, make_enrollment, make_offering, save
from tracker.db import db
from tracker.models import Attendance, AuditEntry
from tracker.services import exports
from tracker.services.audit import CLI

END_OF_DAY = NINE_AM + timedelta(hours=9)


@pytest.fixture
def offering(app):
    offering = make_offering()
    first, second, _ = make_day(offering)
    ada = make_enrollment(offering=offering, name="=cmd|' /C calc'!A0", agency="+1")
    bo = make_enrollment(offering=offering, name="Sample Bo", agency="Bureau")
    check_in(ada, first, minutes=0)
    check_in(ada, second, minutes=15)
    for segment in offering.segments:
        check_in(bo, segment, minutes=2)
    return offering


def check_in(enrollment, segment, minutes):
    moment = segment.starts_at + timedelta(minutes=minutes)
    save(
        Attendance(
            enrollment_id=enrollment.id,
            segment_id=segment.id,
            in_count=1,
            first_in=moment,
            last_in=moment,
        )
    )


def read(offering):
    return exports.read_matrix(offering, actor=CLI, now=END_OF_DAY)


def test_a_row_holds_a_persons_statuses_minutes_and_fullness(offering):
    table = list(csv.reader(io.StringIO(exports.matrix_csv(read(offering)))))

    assert table[0][1:] == ["name", "agency", "1", "2", "3", "minutes", "full"]
    assert [row[1:] for row in table[1:]] == [
        ["'=cmd|' /C calc'!A0", "'+1", "present", "late", "absent", "165", "no"],
        ["Sample Bo", "Bureau", "present", "present", "present", "270", "yes"],
    ]


def test_reading_it_is_audited_with_the_number_of_people(offering):
    read(offering)

    (entry,) = db.session.scalars(sa.select(AuditEntry)).all()
    assert (entry.action, entry.details) == ("attendance.export", {"count": 2})
    assert entry.chain == offering.code


def test_the_workbook_holds_texts_and_numbers_and_no_formula(offering):
    with zipfile.ZipFile(io.BytesIO(exports.matrix_xlsx(read(offering)))) as book:
        parts = {name: book.read(name).decode() for name in book.namelist()}

    sheets = [parts[f"xl/worksheets/sheet{n}.xml"] for n in (1, 2, 3)]
    titles = re.findall(r'<sheet name="(\w+)"', parts["xl/workbook.xml"])
    assert titles == ["Attendance", "Minutes", "Segments"]
    assert not any("<f>" in sheet or "hyperlink" in sheet for sheet in sheets)
    assert "=cmd|' /C calc'!A0" in parts["xl/sharedStrings.xml"]
    assert "<v>165</v>" in sheets[0]
    assert "<v>75</v>" in sheets[1]


def test_the_segments_sheet_says_what_the_numbers_stand_for(offering):
    table = exports.segments_table(read(offering))

    assert table[1] == [
        1,
        "Segment 1",
        "Hall",
        "2026-11-03 09:00",
        "2026-11-03 10:30",
        "yes",
        90,
    ]


def test_an_offering_without_people_is_a_header(app):
    table = exports.matrix_table(read(make_offering()))

    assert table == [["enrollment", "name", "agency", "minutes", "full"]]
