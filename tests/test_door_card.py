"""The card for the door: one page, read by people and by screen readers."""

import pytest

from tests.factories import make_offering
from tests.printed import (
    accessibility_findings,
    codes_on,
    page_sizes,
    pictures_of,
    text_of,
)
from tracker.domain.passes import PRACTICE_PASS
from tracker.services import desk_packs


@pytest.fixture
def card(app):
    return desk_packs.door_card(make_offering(code="DOOR-1", title="A secret topic"))


def test_it_says_how_to_pair_and_what_the_colours_mean(card):
    said = text_of(card)

    assert "DOOR-1" in said
    assert "/scan/pair" in said
    for word in ("Green: Welcome", "Amber: Already in, or saved", "Red: Not taken"):
        assert word in said
    assert "secret" not in said


def test_its_code_is_the_practice_pass(card):
    (picture,) = pictures_of(card, dpi=150)

    assert codes_on(picture) == [PRACTICE_PASS]


@pytest.mark.parametrize(
    ("paper", "size"), [("a4", (210, 297)), ("letter", (216, 279))]
)
def test_it_is_one_accessible_page(app, tmp_path, paper, size):
    pdf = desk_packs.door_card(make_offering(), paper=paper)

    assert page_sizes(pdf) == [size]
    assert accessibility_findings(pdf, tmp_path) == []
