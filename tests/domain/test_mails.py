"""Templates become text and HTML, and values stay values."""

import pytest

from tracker.domain import mail_texts, mails
from tracker.domain.mail_texts import Paragraph, Piece
from tracker.domain.mails import KINDS, PLACEHOLDERS, Kind


def test_every_kind_is_described_with_placeholders_that_exist():
    assert set(KINDS) == set(Kind)
    assert {name for kind in Kind for name in mails.placeholders_of(kind)} == set(
        PLACEHOLDERS
    )


def test_what_stands_alone_stands_apart_and_links_only_where_it_is_ours():
    paragraphs = mail_texts.fill_text(
        "Go to {url} now,\nplease.\n\n{url}\n\n{name}\n",
        {"url": "https://x", "name": "N"},
    )

    assert paragraphs == (
        Paragraph((Piece("Go to "), Piece("https://x", True), Piece(" now,\nplease."))),
        Paragraph((Piece("https://x", True),), stands_apart=True),
        Paragraph((Piece("N"),)),
    )
    assert mail_texts.plain_text(paragraphs) == (
        "Go to https://x now,\nplease.\n\n    https://x\n\nN\n"
    )


def test_an_empty_value_leaves_no_empty_paragraph():
    assert (
        mail_texts.plain_text(mail_texts.fill_text("A\n\n{note}\n\nB", {"note": ""}))
        == "A\n\nB\n"
    )


@pytest.mark.parametrize(
    "value", ["{url}", "x\n\n{code}", "\r\nBcc: x@example.org", "{0.__class__}"]
)
def test_a_value_is_never_taken_for_a_template_or_a_header(value):
    values = {"name": value, "url": "https://x"}

    (paragraph,) = mail_texts.fill_text("To {name}", values)

    assert paragraph == Paragraph((Piece("To "), Piece(value)))
    assert "\n" not in mail_texts.fill_subject("For {name}", values)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Ada Sample-Łukasiewicz", "Ada Sample-Łukasiewicz"),
        ("Đặng Thị Mẫu", "Đặng Thị Mẫu"),
        ("नमूना व्यक्ति", "नमूना व्यक्ति"),
        ("Dr. A. Sample, Jr.", "Dr. A. Sample, Jr."),
        ("", "A colleague"),
        ("Win at evil.example", "A colleague"),
        ("https://evil", "A colleague"),
        ("me@evil", "A colleague"),
        ("Call 555 0100", "A colleague"),
        ("x" * 81, "A colleague"),
    ],
)
def test_a_name_that_looks_like_an_address_is_not_told_to_strangers(name, told):
    assert mail_texts.harmless_name(name) == told
