"""Workbooks (XLSX) that people import: the first sheet as a CSV file.

A workbook is an archive. How large it gets is found out by unpacking it piece by piece
up to a limit, because what its directory says can be a lie. And how far its cells
reach is found out before it is read: a reader makes room for every cell up to the
farthest, and where there is no such room the whole process ends.
"""

import csv
import io
import re
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from tracker.domain.tables import refused

MAGIC = b"PK\x03\x04"
MOST_UNPACKED = 128 * 1024 * 1024
MOST_PARTS = 2_000
PIECE = 1024 * 1024
MOST_CELLS = 8_000_000  # 256 MiB in the reader
TOO_FAR = "reaches too far: delete the empty rows and columns beyond the table"
# Other kinds of workbook, which hold less and reach as far.
OTHER_KINDS = frozenset({"content.xml", "xl/workbook.bin"})
PLACE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]*)0*([0-9]{0,9})[0-9]*["']""")
ROW = re.compile(rb"<(?:[^\s<>/:]+:)?row[\s/>]")
CELL = re.compile(rb"<(?:[^\s<>/:]+:)?c[\s/>]")
TEXT = re.compile(rb"<(?:[^\s<>/:]+:)?si[\s/>]")
MOST_TEXT = 512 * 1024 * 1024
TOO_LONG = "holds texts too long for so many cells"
NO_WORKBOOK = "is no workbook that can be read"

Cell = str | float | bool | date | time | timedelta


def as_csv(data: bytes) -> bytes:
    """Return a workbook's first sheet as a CSV file; any other file as it is.

    Rows keep their numbers, empty ones too.

    Raises:
        TableError: it is a damaged workbook, another archive, or too large unpacked.
    """
    if not data.startswith(MAGIC):
        return data
    _refuse_bombs(data)
    file = io.StringIO(newline="")
    csv.writer(file).writerows([_text(cell) for cell in row] for row in _rows(data))
    return file.getvalue().encode()


def _rows(data: bytes) -> list[list[Cell]]:
    # Loaded here, because only imports of workbooks need it.
    from python_calamine import (  # noqa: PLC0415 - as said
        CalamineError,
        CalamineWorkbook,
    )

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        return book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, ValueError) as error:
        raise refused(NO_WORKBOOK) from error


def _refuse_bombs(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise refused("holds more parts than a workbook has")
            _refuse_large(archive, parts)
    except (zipfile.BadZipFile, zlib.error, RuntimeError, OSError) as error:
        raise refused(NO_WORKBOOK) from error


def _refuse_large(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> None:
    left, longest, cells = MOST_UNPACKED, 0, 0
    for part in parts:
        if part.filename.replace("\\", "/").casefold() in OTHER_KINDS:
            raise refused(NO_WORKBOOK)
        content = bytearray()
        with archive.open(part) as file:
            while piece := file.read(PIECE):
                content += piece
                if len(content) > left:
                    limit = MOST_UNPACKED // 1024 // 1024
                    raise refused(f"is larger than {limit} MiB once unpacked")
        left -= len(content)
        _refuse_far(content)
        cells += len(CELL.findall(content))
        longest = max([longest, *map(len, TEXT.split(content)[1:])])
    # A text is kept once and read as often as a cell names it.
    if longest * cells > MOST_TEXT:
        raise refused(TOO_LONG)


def _refuse_far(sheet: bytearray) -> None:
    """Refuse a sheet whose cells reach too far, whichever way they say where they are.

    A cell or a row that does not say it comes after the one before.
    """
    rows = columns = 0
    for letters, number in PLACE.findall(sheet):
        rows = max(rows, int(number or 0))
        columns = max(columns, _column(letters))
    in_rows = ROW.split(sheet)
    rows += len(in_rows)
    columns += max(len(CELL.findall(each)) for each in in_rows)
    if rows * columns > MOST_CELLS:
        raise refused(TOO_FAR)


def _column(letters: bytes) -> int:
    """Return a column's number: A is 1, AA 27; beyond four letters it is far."""
    number = 0
    for letter in letters[:4].upper():
        number = number * 26 + letter - 64
    return number


def _text(cell: Cell) -> str:
    """Write a cell as a CSV file of the same table has it."""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        is_day = cell.time() == time()
        return cell.date().isoformat() if is_day else cell.isoformat(" ")
    return str(cell)
