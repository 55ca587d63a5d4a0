"""Files that somebody may upload as evidence, made by hand."""

import struct
import zlib

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\nstartxref\n9\n%%EOF\n"


def png(width: int = 3, height: int = 2, pixels: bytes | None = None) -> bytes:
    """A PNG of grey, or of other unpacked bytes than its head promises."""
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = bytes((width + 1) * height) if pixels is None else pixels
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"eXIf", b"GPS 41.25 N")
        + _chunk(b"IDAT", zlib.compress(data, 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    check = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + check


def jpeg(width: int = 3, height: int = 2) -> bytes:
    """A JPEG's frame, with where and by what the photo was taken."""
    frame = struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00"
    return (
        b"\xff\xd8"
        + _segment(0xE0, b"JFIF\0\x01\x02\0\0\x01\0\x01\0\0")
        + _segment(0xE1, b"Exif\0\0GPS 41.25 N")
        + _segment(0xFE, b"GPS 41.25 N")
        + _segment(0xC0, frame)
        + _segment(0xDA, b"\x01\x01\x00\x00\x3f\x00")
        + b"\x12\x34\xff\xd9GPS 41.25 N"
    )


def _segment(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + struct.pack(">H", len(data) + 2) + data
