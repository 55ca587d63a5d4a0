"""Badge sheets, read back from the printed page."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import zxingcpp

from tests.printed import (
    HOSTILE,
    NAMES,
    PORTRAIT,
    accessibility_findings,
    codes_on,
    metadata_of,
    page_sizes,
    pictures_of,
    text_of,
)
from tracker import labels
from tracker.documents import Badge, BadgeSheet, render_badges
from tracker.domain import base32
from tracker.domain.passes import PREFIX, in_groups

TOKENS = Path(__file__).parent.parent / "tracker" / "static" / "css" / "tokens.css"


def make_pass(number: int) -> str:
    payload = base32.encode(number.to_bytes(16, "big"), 26)
    return PREFIX + payload + base32.check_symbol(payload)


def make_sheet(count: int, **fields) -> BadgeSheet:
    badges = tuple(
        Badge(f"Sample Person {i:02}", None, "Participant", make_pass(i**9), str(i))
        for i in range(1, count + 1)
    )
    return BadgeSheet(
        **{"title": "S13", "host_name": "Host", "badges": badges, **fields}
    )


SHEETS = [each.name for each in labels.SHEETS]


@pytest.mark.parametrize(("count", "pages"), [(1, 1), (8, 1), (9, 2), (16, 2), (17, 3)])
def test_eight_badges_go_on_a_page(count, pages):
    pdf = render_badges(make_sheet(count))

    assert page_sizes(pdf) == [PORTRAIT] * pages


def test_every_code_of_a_sheet_of_16_badges_is_read_at_70_dpi():
    sheet = make_sheet(16)

    pictures = pictures_of(render_badges(sheet), dpi=70)

    read = [sorted(codes_on(picture)) for picture in pictures]
    passes = [badge.code for badge in sheet.badges]
    assert read == [sorted(passes[:8]), sorted(passes[8:])]


@pytest.mark.parametrize("name", SHEETS)
def test_badges_fill_each_kind_of_sheet_and_are_read_at_70_dpi(name):
    kind = labels.BY_NAME[name]
    sheet = make_sheet(kind.per_page + 1, sheet=name)

    pdf = render_badges(sheet)

    assert page_sizes(pdf) == [(round(kind.paper[0]), round(kind.paper[1]))] * 2
    read = [sorted(codes_on(picture)) for picture in pictures_of(pdf, dpi=70)]
    passes = [badge.code for badge in sheet.badges]
    assert read == [sorted(passes[: kind.per_page]), passes[kind.per_page :]]


@pytest.mark.parametrize("name", SHEETS)
def test_every_badge_lies_on_its_label(name):
    kind = labels.BY_NAME[name]
    (picture,) = pictures_of(
        render_badges(make_sheet(kind.per_page, sheet=name)), dpi=254
    )

    for column in range(kind.columns):
        for row in range(kind.rows):
            left = kind.left + column * kind.across
            top = kind.top + row * kind.down
            edges = (left, top, left + kind.width, top + kind.height)
            west, north, east, south = (round(10 * each) for each in edges)
            (code,) = codes_on(picture.crop((west, north, east, south)))
            assert code == make_pass((row * kind.columns + column + 1) ** 9)
            assert picture.getpixel((round(10 * left) + 8, round(10 * top) + 8)) == (
                226,
                238,
                60,
            )


@pytest.mark.parametrize("name", SHEETS)
def test_no_label_leaves_its_paper(name):
    kind = labels.BY_NAME[name]
    right = kind.left + (kind.columns - 1) * kind.across + kind.width
    bottom = kind.top + (kind.rows - 1) * kind.down + kind.height

    assert right <= kind.paper[0] + 1e-9
    assert bottom <= kind.paper[1] + 1e-9
    assert kind.across >= kind.width
    assert kind.down >= kind.height


@pytest.mark.parametrize("name", SHEETS)
def test_a_spare_badge_says_its_number_on_any_sheet(name):
    spare = Badge("", None, "", make_pass(7), "Spare 12")

    pdf = render_badges(make_sheet(0, badges=(spare,), sheet=name))

    (picture,) = pictures_of(pdf, dpi=70)
    assert "Spare 12" in text_of(pdf)
    assert codes_on(picture) == [spare.code]


@pytest.mark.parametrize("sheet", SHEETS)
@pytest.mark.parametrize("name", [*NAMES.values(), "Sample " * 25])
def test_any_name_fits_any_badge(sheet, name):
    badge = Badge(name, "Sample Office", "Participant", make_pass(5), "1")

    pdf = render_badges(make_sheet(0, badges=(badge,), sheet=sheet))

    (picture,) = pictures_of(pdf, dpi=70)
    printed = text_of(pdf).replace("\ufffe", "-")  # a hyphen at the end of a line
    assert "".join(name.split()) in "".join(printed.split())
    assert codes_on(picture) == [badge.code]
    assert len(page_sizes(pdf)) == 1


def test_a_badge_prints_its_pass_in_groups_for_people_who_type_it():
    text = text_of(render_badges(make_sheet(1)))

    assert in_groups(make_pass(1)) in text


def test_a_badge_says_the_agency_only_where_it_is_given():
    shown = Badge("Sample Person", "Sample Office", "Observer", make_pass(3), "1")

    assert "Sample Office" in text_of(render_badges(make_sheet(0, badges=(shown,))))
    hidden = make_sheet(0, badges=(replace(shown, agency=None),))
    assert text_of(render_badges(hidden)) == text_of(
        render_badges(make_sheet(0, badges=(shown,)))
    ).replace("Sample Office ", "")


def test_a_badge_says_nothing_of_the_host():
    sheet = make_sheet(1, host_name="Sample Training Center")

    assert "Sample Training Center" not in text_of(render_badges(sheet))


@pytest.mark.parametrize("name", [*NAMES.values(), *HOSTILE, "A", "Sample " * 25])
def test_a_badge_carries_any_name_and_its_code_stays_readable(name):
    badge = Badge(name, "Sample Office", "Participant", make_pass(5), "1")

    pdf = render_badges(make_sheet(0, badges=(badge,)))

    (picture,) = pictures_of(pdf, dpi=70)
    assert name.strip() in text_of(pdf)
    assert codes_on(picture) == [badge.code]


def test_a_spare_badge_leaves_room_for_a_name():
    spare = Badge("", None, "Participant", make_pass(7), "S1")

    (picture,) = pictures_of(render_badges(make_sheet(0, badges=(spare,))), dpi=70)

    assert codes_on(picture) == [spare.code]


def test_the_code_of_a_badge_is_34_mm_wide_with_its_quiet_zone():
    (picture,) = pictures_of(render_badges(make_sheet(1)), dpi=254)  # 10 pixels a mm
    (barcode,) = zxingcpp.read_barcodes(picture)

    width = barcode.position.top_right.x - barcode.position.top_left.x
    assert width * 33 / 25 >= 340


def test_the_corner_to_cut_off_leaves_the_code_and_its_quiet_zone_whole():
    (picture,) = pictures_of(render_badges(make_sheet(1)), dpi=254)  # 10 pixels a mm
    (barcode,) = zxingcpp.read_barcodes(picture)

    right, bottom = (15 + 90) * 10, (24.5 + 62) * 10
    module = (barcode.position.top_right.x - barcode.position.top_left.x) / 25
    corner = barcode.position.bottom_right
    edge_of_quiet_zone = (corner.x + 4 * module) + (corner.y + 4 * module)
    assert edge_of_quiet_zone < right + bottom - 7 * 10


def test_badges_meet_the_accessibility_rules_a_program_can_check(tmp_path):
    pdf = render_badges(make_sheet(9))

    assert accessibility_findings(pdf, tmp_path) == []
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata_of(pdf)


def test_the_same_sheet_has_the_same_bytes():
    assert render_badges(make_sheet(3)) == render_badges(make_sheet(3))


@pytest.mark.parametrize(
    "stock", ["lemon", "rose", "sky", "mint", "tangerine", "lilac"]
)
def test_a_badge_has_the_colour_of_its_stock(stock):
    (picture,) = pictures_of(render_badges(make_sheet(1, stock=stock)), dpi=70)

    css = TOKENS.read_text()
    assert picture.getpixel((290 - 4, 72)) == _colour(css, stock)


def _colour(css: str, stock: str) -> tuple[int, ...]:
    start = 0 if stock == "lemon" else css.index(f'[data-stock="{stock}"]')
    found = re.search(r"--stock:\s*#([0-9a-f]{6})", css[start:])
    assert found is not None
    return tuple(bytes.fromhex(found[1]))
