"""Certificates, read back from the printed page."""

import re
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from tests.printed import (
    HOSTILE,
    ISSUED_AT,
    LANDSCAPE,
    NAMES,
    SERIAL,
    accessibility_findings,
    codes_on,
    fonts_of,
    letter_height_mm,
    make_certificate,
    metadata_of,
    page_sizes,
    pictures_of,
    text_of,
    text_outside,
)
from tracker.documents import render_certificate

FONTS = Path(__file__).parent.parent / "templates" / "documents" / "fonts"


def certificate(**fields) -> bytes:
    return render_certificate(make_certificate(**fields), issued_at=ISSUED_AT)


def certificate_text(**fields) -> str:
    return text_of(certificate(**fields))


def printed_name(text: str) -> str:
    start = text.index("is awarded to") + len("is awarded to")
    return text[start : text.index("who completed every required segment of")].strip()


@pytest.mark.parametrize("segment_count", [1, 3, 4, 13, 20])
def test_a_certificate_is_one_landscape_page_with_every_segment(segment_count):
    pdf = render_certificate(make_certificate(segment_count), issued_at=ISSUED_AT)

    listed = re.findall(r"Segment number (\d+)", text_of(pdf))
    assert page_sizes(pdf) == [LANDSCAPE]
    assert listed == [str(number) for number in range(1, segment_count + 1)]


def test_a_certificate_says_everything_it_carries():
    text = certificate_text(replaces="MC1-OLD")

    missing = [
        part
        for part in (
            "100 Sample Street, Sample City, NE 00000",
            "Sponsor number 0000",
            "Certificate of Completion",
            "Sample Person 01",
            "Sample Course: Awareness & Response",
            "SAMPLE13",
            "18–21 April 2017, Omaha, Nebraska",
            "19 hours 30 minutes of live instruction",
            "Sample prerequisite, online, completed",
            "Sample Instructor 1, Sample Instructor 2",
            "Sample Director",
            "Sample Lead",
            "Nebraska CLE: 19.5 hours, sample activity",
            SERIAL,
            "muster.example.org/verify",
            "Issued on 21 April 2017",
            "Replaces MC1-OLD",
            "made up",
        )
        if part not in text
    ]
    assert missing == []


def test_what_a_certificate_does_not_carry_leaves_no_label_behind():
    text = certificate_text(
        prerequisite=None, instructors=(), accreditations=(), replaces=None
    )

    labels = ("PREREQUISITE", "INSTRUCTORS", "ACCREDITATION", "Replaces")
    assert [label for label in labels if label in text] == []


def test_the_qr_code_of_a_certificate_says_the_verification_address():
    pdf = render_certificate(make_certificate(), issued_at=ISSUED_AT)

    (picture,) = pictures_of(pdf, dpi=150)

    assert codes_on(picture) == [f"https://muster.example.org/verify#{SERIAL}"]


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_any_script_is_on_the_certificate(script):
    assert printed_name(certificate_text(name=NAMES[script])) == NAMES[script]


@pytest.mark.parametrize("script", NAMES)
def test_a_name_in_any_script_is_set_with_the_fonts_that_are_shipped(script):
    shipped = b"".join(path.read_bytes() for path in FONTS.glob("*.ttf"))

    fonts = fonts_of(certificate(name=NAMES[script]))

    assert [font for font in fonts if not _is_in(shipped, font)] == []


def _is_in(font_files: bytes, name: str) -> bool:
    return name.encode() in font_files or name.encode("utf-16-be") in font_files


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_printed_as_it_was_typed(name):
    assert printed_name(certificate_text(name=name)) == name


@pytest.mark.parametrize(
    "name",
    ["A", "W" * 180, ("Sample " * 26)[:180].strip(), "見本" * 90, "شخص نموذجي " * 16],
)
def test_names_of_one_letter_and_of_180_stay_inside_the_frame(name):
    pdf = render_certificate(make_certificate(name=name), issued_at=ISSUED_AT)

    assert page_sizes(pdf) == [LANDSCAPE]
    assert text_outside(pdf, margin_mm=17) == []


def test_a_name_of_180_letters_is_still_read_from_arms_length():
    pdf = certificate(name=("Hample " * 26)[:180].strip())

    assert letter_height_mm(pdf, "Hample") > 2.5


def test_a_certificate_with_far_too_much_on_it_is_scaled_to_its_one_page():
    wordy = make_certificate(
        20,
        course_title="A sample course with a title that does not want to end " * 3,
        instructors=tuple(f"Sample Instructor {number}" for number in range(30)),
        accreditations=tuple(
            f"Sample rule {number}: 19.5 hours" for number in range(20)
        ),
    )
    longer = replace(
        wordy,
        segments=tuple(
            replace(segment, title=f"{segment.title} {'and so on ' * 12}")
            for segment in wordy.segments
        ),
    )

    pdf = render_certificate(longer, issued_at=ISSUED_AT)

    assert page_sizes(pdf) == [LANDSCAPE]
    assert text_outside(pdf, margin_mm=17) == []
    assert "Segment number 20" in text_of(pdf)


def test_a_certificate_meets_the_accessibility_rules_a_program_can_check(tmp_path):
    pdf = certificate()

    assert accessibility_findings(pdf, tmp_path) == []
    metadata = metadata_of(pdf)
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in metadata


def test_the_same_certificate_has_the_same_bytes():
    first = render_certificate(make_certificate(), issued_at=ISSUED_AT)
    render_certificate(make_certificate(name="Somebody Else"), issued_at=ISSUED_AT)
    central = ISSUED_AT.astimezone(timezone(timedelta(hours=-5)))

    assert render_certificate(make_certificate(), issued_at=ISSUED_AT) == first
    assert render_certificate(make_certificate(), issued_at=central) == first


def test_another_moment_of_issue_makes_another_file():
    first = render_certificate(make_certificate(), issued_at=ISSUED_AT)
    later = ISSUED_AT + timedelta(seconds=1)

    assert render_certificate(make_certificate(), issued_at=later) != first


def test_every_font_is_shipped_with_its_licence():
    families = {path.stem.split("_")[0].lower() for path in FONTS.glob("*.ttf")}
    licences = {
        path.name.removesuffix("-OFL.txt").replace("-", "")
        for path in (FONTS / "licences").glob("*-OFL.txt")
    }

    assert families == licences
