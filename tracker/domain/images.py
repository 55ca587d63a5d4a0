"""Images for certificates: PNG, JPEG or SVG, told by their bytes and checked.

Nothing is believed: not the name, not the browser's word. A raster says in its head
how large it is, before anybody unpacks it; an SVG may hold drawing and nothing else.
"""

import re
import struct
from xml.parsers import expat

MOST_BYTES = 512 * 1024
MOST_PIXELS = 8_000_000
MOST_ELEMENTS = 4_000
DEEPEST = 40
PNG, JPEG, SVG = "image/png", "image/jpeg", "image/svg+xml"

# What a PNG needs to be drawn; texts, profiles and animations are left out.
CHUNKS = frozenset(b"IHDR PLTE tRNS gAMA sRGB pHYs IDAT IEND".split())
ELEMENTS = frozenset(
    re.findall(
        r"\S+",
        "svg g path rect circle ellipse line polyline polygon defs title desc "
        "linearGradient radialGradient stop clipPath",
    )
)
ATTRIBUTES = frozenset(
    re.findall(
        r"\S+",
        "id class version viewBox width height x y x1 y1 x2 y2 cx cy r rx ry fx fy d "
        "points transform fill stroke opacity color offset gradientUnits style role "
        "gradientTransform spreadMethod clip-path clip-rule clipPathUnits fill-rule "
        "fill-opacity stroke-width stroke-opacity stroke-linecap stroke-linejoin "
        "stroke-miterlimit stroke-dasharray stroke-dashoffset stop-color stop-opacity "
        "preserveAspectRatio xml:space xmlns xmlns:xlink xmlns:svg aria-label "
        "enable-background",
    )
)
SAFE_VALUE = re.compile(r"[^\\@<>&]*\Z")
REFERENCE = re.compile(r"url\(\s*['\"]?([^)]*)", re.IGNORECASE)


def read_image(data: bytes) -> tuple[str, bytes]:
    """Return an image's type and the bytes to keep.

    Raises:
        ValueError: says what is wrong with it, and what to do.
    """
    if len(data) > MOST_BYTES:
        raise ValueError("This file is larger than 512 KiB; make it smaller.")
    if raster := read_raster(data, MOST_PIXELS):
        return raster
    if b"<svg" in data[:4096]:
        _check_svg(data)
        return SVG, data
    raise ValueError("This is no PNG, JPEG or SVG file.")


def read_raster(data: bytes, most_pixels: int) -> tuple[str, bytes] | None:
    """Return a PNG's or JPEG's type and the bytes to keep; None for anything else.

    Raises:
        ValueError: it is broken, or has more pixels than `most_pixels`.
    """
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        kept = _read_png(data)
        _refuse_large(*size_of(kept), most_pixels)
        return PNG, kept
    if data.startswith(b"\xff\xd8\xff"):
        _refuse_large(*_jpeg_size(data), most_pixels)
        return JPEG, data
    return None


def _read_png(data: bytes) -> bytes:
    """Return the PNG with its drawing only. Source: the PNG specification, 5."""
    kept, place, sizes = [data[:8]], 8, []
    while place + 12 <= len(data):
        (length,) = struct.unpack_from(">I", data, place)
        kind, end = data[place + 4 : place + 8], place + 12 + length
        if end > len(data):
            break
        if kind == b"IHDR" and length == 13:
            sizes.append(struct.unpack_from(">II", data, place + 8))
        if kind in CHUNKS:
            kept.append(data[place:end])
        place = end
        if kind == b"IEND":
            break
    is_first = len(kept) > 1 and kept[1][4:8] == b"IHDR"
    if len(sizes) != 1 or not is_first or kept[-1][4:8] != b"IEND":
        raise ValueError("This PNG file is broken.")
    return b"".join(kept)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    """Read width and height from the frame's head (ITU T.81, B.2.2)."""
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        kind = data[place + 1]
        (length,) = struct.unpack_from(">H", data, place + 2)
        if 0xC0 <= kind <= 0xCF and kind not in {0xC4, 0xC8, 0xCC}:
            height, width = struct.unpack_from(">HH", data, place + 5)
            return width, height
        place += 2 + length
    raise ValueError("This JPEG file is broken.")


def size_of(data: bytes) -> tuple[int, int]:
    """Return a checked raster's width and height in pixels."""
    if data.startswith(b"\x89PNG"):
        width, height = struct.unpack_from(">II", data, 16)
        return width, height
    return _jpeg_size(data)


def _refuse_large(width: int, height: int, most_pixels: int) -> None:
    if not 0 < width * height <= most_pixels:
        millions = most_pixels // 1_000_000
        raise ValueError(
            f"This image has more than {millions} million pixels; make it smaller."
        )


def _check_svg(data: bytes) -> None:
    """Refuse an SVG that is anything but drawing."""
    depth = count = 0

    def begin(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if depth > DEEPEST or count > MOST_ELEMENTS:
            raise ValueError("This SVG has too many parts; simplify it.")
        _check_element(name, attributes, is_root=depth == 1)

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def refuse(*_: object) -> None:
        raise ValueError("This SVG declares entities or instructions; save it plain.")

    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = refuse
    parser.ProcessingInstructionHandler = refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ValueError("This SVG is not well-formed XML in UTF-8.") from error


def _check_element(name: str, attributes: dict[str, str], *, is_root: bool) -> None:
    if is_root and (name != "svg" or not {"viewBox", "width"} & set(attributes)):
        raise ValueError("This SVG does not say how large it is; give it a viewBox.")
    if name not in ELEMENTS:
        raise ValueError(
            f"This SVG holds <{name[:40]}>; save it plain, with texts as paths."
        )
    for key, value in attributes.items():
        inward = all(ref.startswith("#") for ref in REFERENCE.findall(value))
        is_known = key in ATTRIBUTES or (key == "xlink:href" and value[:1] == "#")
        if not (is_known and inward and SAFE_VALUE.match(value)):
            raise ValueError(
                f"This SVG's <{name}> has “{key[:40]}” that is not plain drawing."
            )
