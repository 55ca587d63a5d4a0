"""Files that people upload as evidence: PDF, PNG or JPEG, told by their bytes.

Nothing here opens them but to look; they are kept sealed and given to reviewers as
attachments. What tells where a photo was taken is not kept.
"""

import struct
import zlib
from collections.abc import Iterator

from tracker.domain import images

MOST_BYTES = 5 * 1024 * 1024
MOST_PIXELS = 60_000_000  # a phone's largest photo
PDF = "application/pdf"
SUFFIXES = {PDF: "pdf", images.PNG: "png", images.JPEG: "jpg"}
PIECE = 1024 * 1024
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}  # of a PNG's colour types
# What a certificate has no use for, and a reader may run.
ACTIVE = (b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/RichMedia", b"/XFA")
NOT_TAKEN = "This is no PDF, PNG or JPEG file."


def read_evidence(data: bytes) -> tuple[str, bytes]:
    """Return a file's type and the bytes to keep.

    Raises:
        ValueError: says what is wrong with it, and what to do.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("This file is larger than 5 MiB; make it smaller.")
    if data.startswith(b"%PDF-"):
        _check_pdf(data)
        return PDF, data
    raster = images.read_raster(data, MOST_PIXELS)
    if raster is None:
        raise ValueError(NOT_TAKEN)
    media_type, kept = raster
    if media_type == images.JPEG:
        return media_type, _without_notes(kept)
    _refuse_bomb(kept)
    return media_type, kept


def _check_pdf(data: bytes) -> None:
    """Refuse a PDF that is cut off, or that openly carries more than pages."""
    if b"%%EOF" not in data[-2048:] or b"startxref" not in data[-4096:]:
        raise ValueError("This PDF file is broken; save it anew.")
    if any(word in data for word in ACTIVE):
        raise ValueError("This PDF holds scripts or files; print it to a new PDF.")


def _refuse_bomb(data: bytes) -> None:
    """Unpack a PNG's pixels piece by piece, and refuse more than its head says."""
    left = _unpacked_bytes(data)
    unpacking = zlib.decompressobj()
    try:
        for chunk in _pixel_chunks(data):
            packed = chunk
            while packed and not unpacking.eof:
                left -= len(unpacking.decompress(packed, PIECE))
                packed = unpacking.unconsumed_tail
                if left < 0:
                    raise ValueError("This PNG file is broken.")
    except zlib.error as error:
        raise ValueError("This PNG file is broken.") from error
    if not unpacking.eof:
        raise ValueError("This PNG file is broken.")


def _unpacked_bytes(data: bytes) -> int:
    """Return how much a PNG's pixels take, each row with its filter (PNG, 11.2.2).

    An interlaced one has more and shorter rows, so it is given a fifth more.
    """
    width, height = images.size_of(data)
    depth, colour = data[24:26]
    bits = width * depth * CHANNELS.get(colour, 4)
    return (bits // 8 + 3) * height * 6 // 5 + PIECE


def _pixel_chunks(data: bytes) -> Iterator[bytes]:
    place = 8
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        if data[place + 4 : place + 8] == b"IDAT":
            yield data[place + 8 : place + 8 + length]
        place += 12 + length


def _without_notes(data: bytes) -> bytes:
    """Return a JPEG without comments, place and camera (ITU T.81, B.1.1.3; Exif).

    Kept of the application's segments are those that say how colours are meant.
    """
    kept, place = [data[:2]], 2
    while place + 4 <= len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        (length,) = struct.unpack_from(">H", data, place + 2)
        if kind == 0xDA:  # the picture itself begins
            break
        is_note = kind == 0xFE or (
            0xE0 <= kind <= 0xEF and kind not in {0xE0, 0xE2, 0xEE}
        )
        if not is_note:
            kept.append(data[place : place + 2 + length])
        place += 2 + length
    end = data.rfind(b"\xff\xd9")
    if data[place : place + 2] != b"\xff\xda" or end < place:
        raise ValueError("This JPEG file is broken.")
    return b"".join([*kept, data[place : end + 2]])
