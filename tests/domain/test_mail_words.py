"""A course's own words: what they must hold, and what a subject must not tell."""

import pytest

from tracker.domain.mail_words import read_words, telling_words, words_of
from tracker.domain.mails import Kind
from tracker.domain.wording import failure_words

TELLING = telling_words(
    {
        "the topic": ["Child Sex Trafficking: Awareness", "Your application"],
        "the place": ["Omaha 1 Sécret Street"],
        "a name": ["Ada Lovelace-Sample"],
    },
    plain=["Your application has arrived"],
)
TELLS = "Subjects show on locked phones: {}."
POSSIBLE = (
    "Possible: {offering_code}, {days}, {place}, {name}, {url}, {confirm_by}, {note}."
)
TURNED = "This holds an invisible character that changes the direction of writing."
NEVER_REACHED = "Our mail server could not be reached for too long."
TEXT = "Confirm by {confirm_by}:\n\n{url}"


def problems(subject="Please confirm", text=TEXT, kind=Kind.ACCEPTED):
    try:
        read_words(kind, subject, text, TELLING)
    except ValueError as error:
        return error.args[0]
    return {}


def test_words_are_kept_tidied():
    assert read_words(Kind.ACCEPTED, " Please  confirm ", f"\n{TEXT}\r\n", TELLING) == {
        "subject": "Please confirm",
        "text": TEXT,
    }


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("", "Write a subject."),
        ("x" * 101, "This is longer than 100 characters."),
        ("A\x00B", "This holds a character that cannot be printed."),
        ("For {name}", "A subject knows no {name}. Possible: {confirm_by}."),
        (
            "{offering_code} confirmed",
            "A subject knows no {offering_code}. Possible: {confirm_by}.",
        ),
        ("By {confirm_by}}", "A brace stands alone. Braces are for placeholders only."),
        ("Write to me@example.org", "A subject holds no address."),
        ("Anti-Trafficking seat", TELLS.format("“trafficking” would tell the topic")),
        ("traffickers", TELLS.format("“traffickers” would tell the topic")),
        ("Seat in OMAHA", TELLS.format("“omaha” would tell the place")),
        ("At Secret Str", TELLS.format("“secret” would tell the place")),
        ("Ada waits", TELLS.format("“ada” would tell a name")),
    ],
)
def test_a_subject_tells_neither_name_nor_place_nor_topic(subject, sentence):
    assert problems(subject) == {"subject": sentence}


@pytest.mark.parametrize(
    "subject", ["Your application", "Confirm by {confirm_by}", "Seat 12", "座席の確認"]
)
def test_a_plain_subject_is_kept(subject):
    assert problems(subject) == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Write a text."),
        ("x" * 5001, "This is longer than 5,000 characters."),
        ("A\u202eB {url}", TURNED),
        ("Confirm by {confirm_by}.", "{url} is missing: the link."),
        ("{url} {URL}", "This mail knows no {URL}. " + POSSIBLE),
        ("{url} {question}", "This mail knows no {question}. " + POSSIBLE),
        ("{url} {name.__class__}", "This mail knows no {name.__class__}. " + POSSIBLE),
        ("{url} {{name}}", "A brace stands alone. Braces are for placeholders only."),
        ("{url", "A brace stands alone. Braces are for placeholders only."),
    ],
)
def test_a_text_holds_its_link_and_known_placeholders_only(text, sentence):
    assert problems(text=text) == {"text": sentence}


def test_words_are_compared_without_case_and_accents():
    assert words_of("Été à l'OMAHA") == {"ete", "a", "l", "omaha"}


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            "refused with 550",
            "The receiving side takes no mail for this address (550). Check it.",
        ),
        ("refused with 552", "The mailbox is full, or the mail too large (552)."),
        (
            "refused with 451",
            "The receiving side asked us to wait, for too long (451).",
        ),
        ("refused with 554", "The receiving side refused this mail (554)."),
        ("ConnectionRefusedError", NEVER_REACHED),
        ("", NEVER_REACHED),
    ],
)
def test_why_a_mail_was_given_up_is_said_in_plain_words(reason, words):
    assert failure_words(reason) == words
