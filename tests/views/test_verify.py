import re
from datetime import date
from html import unescape

import pytest

from tests.factories import NINE_AM, make_enrollment, make_offering, save
from tests.views.forms import errors_of, neutral, send
from tracker.domain.certificates import new_serial
from tracker.models import Certificate
from tracker.models.certificate import RevocationCause
from tracker.services import certificates

NAME = "Šárka Ülo"
FACTS = {
    "course": "Sample course",
    "starts_on": "2026-11-03",
    "ends_on": "2026-11-06",
    "hours": [{"jurisdiction": "Nebraska CLE", "unit": "credits", "amount": "19.5"}],
}


def make_certificate(**fields):
    enrollment = make_enrollment(offering=make_offering(), name=NAME)
    defaults = {
        "serial": new_serial(),
        "enrollment_id": enrollment.id,
        "name": NAME,
        "name_digest": certificates.name_digest(NAME),
        "basis": [],
        "facts": FACTS,
        "pdf": b"pdf",
        "pdf_digest": bytes(32),
        "issued_on": date(2026, 11, 6),
        "issued_at": NINE_AM,
    }
    return save(Certificate(**{**defaults, **fields}))


@pytest.fixture
def certificate(app):
    return make_certificate()


def verdict(client, serial, name):
    """What the page says of a serial and a name."""
    page = send(client, "/verify", serial=serial, name=name)
    assert page.status_code == 200
    said = page.text.partition('<section class="verdict')[2].partition("</section>")[0]
    shown = re.sub(r"<[^>]+>", " ", said.partition(">")[2])
    return " ".join(unescape(shown).split())


TOLD = "Course Sample course Dates 3–6 November 2026 Nebraska CLE 19.5 credits"


def test_serial_and_name_together_tell_course_dates_and_hours(client, certificate):
    assert verdict(client, certificate.serial, NAME) == (
        f"Valid This certificate was issued to that name, and it holds. {TOLD}"
    )


@pytest.mark.parametrize(
    "name", ["sarka ulo", "  ŠÁRKA   ÜLO ", "S\u030ca\u0301rka Ülo"]
)
def test_name_is_compared_without_case_accents_and_spaces(client, certificate, name):
    assert verdict(client, certificate.serial, name).startswith("Valid ")


def test_serial_may_be_typed_in_small_letters_without_dashes(client, certificate):
    typed = f" {certificate.serial.replace('-', '').lower()} "

    assert verdict(client, typed, NAME).startswith("Valid ")


def test_replaced_certificate_asks_for_the_newer_one(client, app):
    replaced = make_certificate(superseded_at=NINE_AM)

    assert verdict(client, replaced.serial, NAME) == (
        "Replaced The training was completed. Ask for the newer certificate, "
        f"which replaces this one. {TOLD}"
    )


def test_revoked_certificate_does_not_hold(client, app):
    revoked = make_certificate(
        revoked_at=NINE_AM,
        revoked_cause=RevocationCause.DECISION,
        revoked_reason="A secret reason",
    )

    told = verdict(client, revoked.serial, NAME)

    assert told.startswith("Revoked This certificate was issued and does not hold any")
    assert "secret" not in told


def test_wrong_serial_and_wrong_name_answer_alike(client, certificate):
    answers = [
        neutral(send(client, "/verify", serial=serial, name=name))
        for serial, name in (
            (certificate.serial, "Šárka Üla"),
            (new_serial(), NAME),
            ("not a serial at all, no", NAME),
        )
    ]

    assert answers[0] == answers[1] == answers[2]
    assert "No match" in answers[0][-1]
    assert "Sample course" not in answers[0][-1]


def test_empty_and_endless_fields_are_refused_beside_them(client, app):
    empty = send(client, "/verify", serial="", name="")
    endless = send(client, "/verify", serial="x" * 65, name="x" * 201)

    assert (empty.status_code, errors_of(empty)) == (
        422,
        ["Type the serial.", "Type the name."],
    )
    assert (endless.status_code, errors_of(endless)) == (
        422,
        ["That is too long for a serial.", "That is too long for a name."],
    )


def test_guessing_names_for_a_serial_is_slowed_down(client, certificate):
    answers = [
        send(client, "/verify", serial=certificate.serial, name=f"Name {n}").status_code
        for n in range(11)
    ]
    other = send(client, "/verify", serial=new_serial(), name=NAME)

    assert answers == [200] * 10 + [429]
    assert other.status_code == 200


def test_guessing_serials_from_one_network_is_slowed_down(client, app):
    page = client.get("/verify")
    statuses = [
        send(client, "/verify", page, serial=new_serial(), name=NAME).status_code
        for _ in range(121)
    ]

    assert statuses == [200] * 120 + [429]


def test_nothing_is_asked_or_told_by_opening_the_page(client, certificate):
    page = client.get("/verify", query_string={"serial": certificate.serial})

    assert (page.status_code, "verdict--" in page.text) == (200, False)
    assert certificate.serial not in page.text
