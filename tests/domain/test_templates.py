"""A certificate's template: the offering wins, nonsense is refused; and its images."""

import io
import struct
import zlib

import pytest
from PIL import Image

from tracker.domain.images import JPEG, PNG, SVG, read_image, size_of
from tracker.domain.templates import TITLE, contrast_on_white, merged, read_template

HOST = {"name": "Course host", "address": "1 Course Street"}
COURSE = {
    "host": HOST,
    "signatories": [{"name": "Course Person", "role": "Director"}],
    "wording": {"statement": "who took part in"},
    "colour": "#1e4f7a",
}


def test_what_an_offering_says_itself_wins_part_by_part():
    own = {"name": "Own host", "sponsor_numbers": ["7"]}
    found = merged(COURSE, own, [{"name": "Own Person", "role": "Lead"}])

    assert (found.host_name, found.host_address) == ("Own host", "1 Course Street")
    assert found.sponsor_numbers == ("7",)
    assert found.signatories == (("Own Person", "Lead"),)
    assert (found.title, found.statement) == (TITLE, "who took part in")
    assert merged(COURSE, {}, []).signatories == (("Course Person", "Director"),)


def test_a_form_is_read_and_what_is_empty_is_left_out():
    fields = {"host_name": " A  host ", "signatories": "Ann; Lead\n\nBo; Chief"}

    assert read_template({**fields, "title": "", "colour": "#1E4F7A"}) == {
        "host": {"name": "A host"},
        "signatories": [
            {"name": "Ann", "role": "Lead"},
            {"name": "Bo", "role": "Chief"},
        ],
        "colour": "#1e4f7a",
    }


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("signatories", "Ann", "Name; Role"),
        ("signatories", "A; B\n" * 5, "At most 4"),
        ("colour", "gold", "six digits"),
        ("colour", "#ffee00", "too pale"),
        ("host_name", "x" * 201, "longer than 200"),
        ("accreditation_lines", "a\u202eb", "direction"),
    ],
)
def test_what_cannot_be_printed_is_said_beside_its_field(field, text, said):
    with pytest.raises(ValueError) as raised:  # noqa: PT011 - its argument is read
        read_template({field: text})

    assert said in raised.value.args[0][field]


def test_contrast_is_that_of_black_and_white_at_its_ends():
    assert round(contrast_on_white("#000000"), 2) == 21
    assert round(contrast_on_white("#ffffff"), 2) == 1


def raster(kind, size=(30, 10)):
    data = io.BytesIO()
    Image.new("RGB", size, (30, 79, 122)).save(data, kind)
    return data.getvalue()


def svg(inner="", attributes='viewBox="0 0 10 10"'):
    start = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>'
    return f"{start}{inner}</svg>".encode()


@pytest.mark.parametrize(("kind", "expected"), [("PNG", PNG), ("JPEG", JPEG)])
def test_rasters_are_told_by_their_bytes(kind, expected):
    media_type, data = read_image(raster(kind))

    assert (media_type, size_of(data)) == (expected, (30, 10))


def test_a_pngs_texts_and_profiles_are_left_out():
    plain = raster("PNG")
    chunk = struct.pack(">I", 4) + b"tEXt" + b"a\0bc"
    chunk += struct.pack(">I", zlib.crc32(chunk[4:]))

    assert read_image(plain[:33] + chunk + plain[33:]) == (PNG, plain)


def test_a_plain_drawing_is_taken():
    drawing = svg(
        '<defs><linearGradient id="a"><stop offset="0" stop-color="#123"/>'
        "</linearGradient></defs>"
        '<path d="M0 0L9 9" fill="url(#a)" style="stroke:none"/>'
    )

    assert read_image(drawing) == (SVG, drawing)


BOMB = raster("PNG")[:16] + struct.pack(">II", 60_000, 60_000) + raster("PNG")[24:]
ENTITY = b'<!DOCTYPE svg [<!ENTITY a "b">]>' + svg("&a;")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "no PNG"),
        (b"GIF89a", "no PNG"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (raster("PNG")[:60], "broken"),
        (b"\xff\xd8\xff\xe0\0\x10", "broken"),
        (BOMB, "8 million pixels"),
        (b"\xff\xd8\xff" + b"x" * 600_000, "larger than"),
        (ENTITY, "entities"),
        (b'<?xml-stylesheet href="x"?>' + svg(), "instructions"),
        (svg("<script>alert(1)</script>"), "<script>"),
        (svg('<image href="http://example.org/x.png"/>'), "<image>"),
        (svg('<use href="#a"/>'), "<use>"),
        (svg("<foreignObject/>"), "<foreignObject>"),
        (svg("<text>Name</text>"), "texts as paths"),
        (svg('<path onload="x()"/>'), "onload"),
        (svg('<path fill="url(http://example.org/#a)"/>'), "fill"),
        (svg('<path style="background:url(&quot;x&quot;)"/>'), "style"),
        (svg('<path style="@import x"/>'), "style"),
        (svg("<g>" * 50 + "</g>" * 50), "too many parts"),
        (svg("<g/>" * 5_000), "too many parts"),
        (svg(attributes=""), "how large"),
        (svg("<g>"), "well-formed"),
        (b"<html><svg/></html>", "how large"),
    ],
)
def test_anything_else_is_refused_with_what_to_do(data, said):
    with pytest.raises(ValueError, match=said):
        read_image(data)
