"""Workbooks (XLSX) that people import: the first sheet as a CSV file.

A workbook is an archive. How large it gets is found out by unpacking it piece by piece
up to a limit, because what its directory says can be a lie.
"""

import csv
import io
import zipfile
import zlib
from datetime import date, datetime, time, timedelta

from tracker.domain.tables import refused

MAGIC = b"PK\x03\x04"
MOST_UNPACKED = 128 * 1024 * 1024
MOST_PARTS = 2_000
PIECE = 1024 * 1024
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
    left = MOST_UNPACKED
    for part in parts:
        with archive.open(part) as file:
            while piece := file.read(PIECE):
                left -= len(piece)
                if left < 0:
                    limit = MOST_UNPACKED // 1024 // 1024
                    raise refused(f"is larger than {limit} MiB once unpacked")


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
