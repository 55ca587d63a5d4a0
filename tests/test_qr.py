"""QR symbols, read back by a reader that knows nothing of how they were made."""

import re
import secrets
from xml.etree import ElementTree as ET

import pytest
import zxingcpp
from PIL import Image, ImageDraw

from tracker import qr

PASS = "MP1-0123456789ABCDEFGHJKMNPQRSTV"


def read(symbol: qr.Symbol, *, pixels_per_module: int = 4) -> zxingcpp.Barcode:
    """Draw the path's rectangles as pixels and read them."""
    side = symbol.size * pixels_per_module
    image = Image.new("L", (side, side), 255)
    draw = ImageDraw.Draw(image)
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", symbol.path):
        left, top = int(x) * pixels_per_module, int(y) * pixels_per_module
        right = left + int(width) * pixels_per_module - 1
        draw.rectangle((left, top, right, top + pixels_per_module - 1), fill=0)
    (barcode,) = zxingcpp.read_barcodes(image)
    return barcode


@pytest.mark.parametrize(
    "text",
    [PASS, "A", "0123456789", "https://example.org/verify#MC1-7QK4", "Žluťoučký 見本"],
)
def test_a_symbol_reads_back_as_its_text(text):
    assert read(qr.symbol(text)).text == text


def test_a_symbol_carries_correction_level_m():
    assert read(qr.symbol(PASS)).ec_level == "M"


def test_the_path_is_nothing_but_runs_of_dark_modules():
    path = qr.symbol(PASS).path

    assert re.sub(r"M\d+ \d+h(\d+)v1h-\1z", "", path) == ""


def test_a_pass_takes_a_symbol_of_25_modules_and_its_quiet_zone():
    assert qr.symbol(PASS).size == 25 + 2 * 4


def test_the_same_letters_in_lower_case_take_more_room_than_a_pass():
    assert qr.symbol(PASS.lower()).size > qr.symbol(PASS).size


@pytest.mark.parametrize("border", [0, 2, 4])
def test_the_quiet_zone_is_as_wide_as_asked_and_empty(border):
    symbol = qr.symbol(PASS, border=border)
    starts = [tuple(map(int, at)) for at in re.findall(r"M(\d+) (\d+)", symbol.path)]

    assert symbol.size == 25 + 2 * border
    assert min(x for x, _ in starts) == min(y for _, y in starts) == border


def test_every_pass_is_drawn_with_the_same_mask():
    symbols = [qr.symbol(f"MP1-{secrets.token_hex(13).upper()}") for _ in range(8)]

    masks = {_mask_bits(symbol) for symbol in symbols}

    assert len(masks) == 1


def _mask_bits(symbol: qr.Symbol) -> tuple[bool, ...]:
    """Read the format modules beside the top left finder: level and mask only."""
    dark = set()
    for x, y, width in re.findall(r"M(\d+) (\d+)h(\d+)", symbol.path):
        dark |= {(int(x) + step, int(y)) for step in range(int(width))}
    return tuple((4 + x, 4 + 8) in dark for x in range(6))


def test_asking_twice_gives_the_kept_symbol():
    assert qr.symbol(PASS) is qr.symbol(PASS)


def test_text_beyond_the_largest_symbol_is_refused():
    with pytest.raises(ValueError, match="too long for a QR code"):
        qr.symbol("x" * 2332)


def test_an_svg_is_well_formed_and_named_whatever_its_title_says():
    drawn = ET.fromstring(qr.svg(PASS, title='<b>"Pass" & more</b>'))  # noqa: S314 -- our own

    namespace = "{http://www.w3.org/2000/svg}"
    size = qr.symbol(PASS).size
    assert drawn.get("viewBox") == f"0 0 {size} {size}"
    assert [child.text for child in drawn.findall(f"{namespace}title")] == [
        '<b>"Pass" & more</b>'
    ]
    assert drawn.findall(f"{namespace}path")[-1].get("d") == qr.symbol(PASS).path


def test_an_svg_without_a_title_has_none():
    assert "<title>" not in qr.svg(PASS)
