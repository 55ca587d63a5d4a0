"""Tables as people export them: CSV, and workbooks, none of them a bomb."""

import io
import zipfile
from datetime import date

import pytest
import xlsxwriter  # type: ignore[import-untyped]

from tracker import workbook_files
from tracker.domain.tables import TableError, read_table


def workbook(*rows):
    file = io.BytesIO()
    with xlsxwriter.Workbook(file) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for place, cell in enumerate(row):
                style = [day] if isinstance(cell, date) else []
                sheet.write(number, place, cell, *style)
    return file.getvalue()


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def read(data):
    return list(read_table(workbook_files.as_csv(data)))


def reasons(data):
    with pytest.raises(TableError) as caught:
        read(data)
    return [each.reason for each in caught.value.refusals]


def test_a_workbook_is_read_like_the_csv_file_of_the_same_table():
    data = workbook(["Name", "Room"], [], ["Bo Sample", 42], ["Örnek", "=1+1"])

    assert read(data) == [
        (1, ["Name", "Room"]),
        (3, ["Bo Sample", "42"]),
        (4, ["Örnek", "0"]),  # a formula's value; nothing has computed it yet
    ]


def test_days_truths_and_halves_are_written_as_people_read_them():
    data = workbook(["On", "Is", "Much"], [date(2026, 3, 4), True, 1.5])

    assert read(data)[1] == (2, ["2026-03-04", "TRUE", "1.5"])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_is_read_in_every_usual_kind(encoding, separator):
    text = f"Name{separator}Mail\n\nÖrnek{separator}a@agency.example\n"

    assert read(text.encode(encoding)) == [
        (1, ["Name", "Mail"]),
        (3, ["Örnek", "a@agency.example"]),
    ]


def test_another_archive_is_no_workbook():
    assert reasons(archive(note="Sample")) == ["is no workbook that can be read"]


def test_a_damaged_workbook_is_refused():
    assert reasons(workbook(["Name"])[:-40]) == ["is no workbook that can be read"]


def test_what_unpacks_beyond_the_limit_is_never_unpacked_whole(monkeypatch):
    monkeypatch.setattr(workbook_files, "MOST_UNPACKED", 2 * 1024 * 1024)
    bomb = archive(**{"xl/worksheets/sheet1.xml": b"0" * (8 * 1024 * 1024)})

    assert len(bomb) < 20_000
    assert reasons(bomb) == ["is larger than 2 MiB once unpacked"]


def test_an_archive_of_very_many_parts_is_refused():
    many = archive(**{f"part{n}": b"" for n in range(workbook_files.MOST_PARTS + 1)})

    assert reasons(many) == ["holds more parts than a workbook has"]


def with_sheet(content):
    """Return a workbook whose sheet holds other rows."""
    whole = zipfile.ZipFile(io.BytesIO(workbook(["Name"])))
    sheet = "xl/worksheets/sheet1.xml"
    before, _, after = whole.read(sheet).partition(b"<sheetData>")
    after = after.partition(b"</sheetData>")[2]
    rows = b"<sheetData>" + content + b"</sheetData>"
    parts = {each: whole.read(each) for each in whole.namelist()}
    return archive(**(parts | {sheet: before + rows + after}))


@pytest.mark.parametrize(
    "content",
    [
        b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        b"<row r='1048576'><c r = 'xfd1048576'><v>1</v></c></row>",
        b'<row r="1048576">' + b"<c><v>1</v></c>" * 16 + b"</row>",
        b"<row/>" * 3_000 + b"<row>" + b"<c><v>1</v></c>" * 3_000 + b"</row>",
        b"<x:row a='r=\"1\"'/>" * 3_000 + b"<row>" + b"<c/>" * 3_000 + b"</row>",
    ],
)
def test_a_small_workbook_whose_cells_reach_far_is_never_read(content):
    assert reasons(with_sheet(content)) == [workbook_files.TOO_FAR]


def test_a_long_text_that_very_many_cells_name_is_never_read():
    cell = b'<row><c t="s"><v>0</v></c></row>'
    whole = zipfile.ZipFile(io.BytesIO(with_sheet(cell * 6_000)))
    parts = {each: whole.read(each) for each in whole.namelist()}
    texts = "xl/sharedStrings.xml"
    long = {texts: parts[texts].replace(b"Name", b"x" * 100_000)}

    assert reasons(archive(**(parts | long))) == [workbook_files.TOO_LONG]


@pytest.mark.parametrize("name", ["content.xml", "xl/Workbook.bin", "xl\\workbook.bin"])
def test_another_kind_of_workbook_is_never_read(name):
    whole = zipfile.ZipFile(io.BytesIO(workbook(["Name"])))
    parts = {each: whole.read(each) for each in whole.namelist()}

    assert reasons(archive(**parts, **{name: b""})) == [workbook_files.NO_WORKBOOK]


def test_a_large_table_is_read():
    rows = read(workbook(*([f"Sample {n}"] * 10 for n in range(3_000))))

    assert len(rows) == 3_000
