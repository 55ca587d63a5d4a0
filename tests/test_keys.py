"""One master key, a derived key per purpose; what is sealed opens in one place only."""

import pytest
import sqlalchemy as sa

from tests.factories import make_person
from tracker.db import SealedBytes, metadata
from tracker.keys import KeyRing, WrongKeyError, token_hash
from tracker.models import Person

MASTER = "a master key of the tests, 0123456789"
OTHER = "another master key of the tests, 01234"

# What trust.md (I18) wants sealed; free texts and bytes of certificates included.
SEALED = {
    "certificates.name",
    "certificates.pdf",
    "certificates.revoked_reason",
    "certificates.superseded_reason",
    "corrections.reason",
    "enrollments.badge_name",
    "instructors.name",
    "instructors.title",
    "offerings.key",
    "offerings.venue",
    "outbox_messages.last_error",
    "outbox_messages.payload",
    "outbox_messages.recipient",
    "people.agency",
    "people.email",
    "people.name",
    "people.title",
    "scans.note",
    "users.email",
    "users.name",
    "cleared_anomalies.reason",
    "contests.answer",
    "contests.words",
    "corrections.evidence",
    "day_sign_offs.notes",
    "deliveries.reason",
    "devices.unlock_code",
    "dismissals.reason",
    "headcounts.explanation",
    "course_images.content",
    "credit_statements.licence",
    "credit_statements.name",
    "credit_statements.pdf",
    "credit_statements.revoked_reason",
    "enrollments.certificate_name",
    "licences.number",
    "name_changes.answer",
    "name_changes.name",
    "name_changes.reason",
    "responses.answers",
    "tasks.error",
    "tasks.parameters",
    "application_events.facts",
    "application_events.note",
    "applications.details",
    "completion_certificates.answer",
    "completion_certificates.content",
    "completions.email",
    "completions.name",
    "completions.reason",
    "offerings.cancellation_reason",
    "pending_files.content",
}


@pytest.fixture
def ring():
    return KeyRing(MASTER)


def test_each_purpose_has_a_key_of_its_own_that_comes_again(ring):
    assert ring.derive("one") != ring.derive("two")
    assert ring.derive("one") == KeyRing(MASTER).derive("one")
    assert ring.derive("one") != KeyRing(OTHER).derive("one")
    assert len(ring.derive("one")) == 32


def test_what_is_sealed_opens_in_its_own_place(ring):
    assert ring.open("people.name", ring.seal("people.name", b"Ada")) == b"Ada"


def test_the_same_text_is_sealed_differently_each_time(ring):
    assert ring.seal("people.name", b"Ada") != ring.seal("people.name", b"Ada")


@pytest.mark.parametrize(
    ("place", "master"),
    [
        ("people.agency", MASTER),  # another column of the table
        ("users.name", MASTER),  # another table
        ("people.name", OTHER),  # another key
    ],
)
def test_a_sealed_text_opens_in_no_other_place_and_under_no_other_key(
    ring, place, master
):
    sealed = ring.seal("people.name", b"Ada")

    with pytest.raises(WrongKeyError):
        KeyRing(master).open(place, sealed)


@pytest.mark.parametrize("at", [0, 11, 12, -1])
def test_a_changed_byte_is_noticed(ring, at):
    sealed = bytearray(ring.seal("people.name", b"Ada"))
    sealed[at] ^= 1

    with pytest.raises(WrongKeyError):
        ring.open("people.name", bytes(sealed))


@pytest.mark.parametrize("length", [0, 5, 12, 27])
def test_a_cut_value_is_noticed(ring, length):
    sealed = ring.seal("people.name", b"Ada")

    with pytest.raises(WrongKeyError):
        ring.open("people.name", sealed[:length])


def test_a_digest_is_keyed_and_of_one_purpose(ring):
    digest = ring.digest("people.email", "ada@example.org")

    assert digest == ring.digest("people.email", b"ada@example.org")
    assert digest != ring.digest("users.email", "ada@example.org")
    assert digest != KeyRing(OTHER).digest("people.email", "ada@example.org")
    assert digest != token_hash("ada@example.org")


def test_a_fingerprint_names_the_master_key_and_shows_nothing_of_it(ring):
    assert ring.fingerprint == KeyRing(MASTER).fingerprint
    assert ring.fingerprint != KeyRing(OTHER).fingerprint
    assert len(ring.fingerprint) == 16
    assert int(ring.fingerprint, 16) >= 0


def test_every_column_that_names_somebody_is_sealed_under_its_own_place():
    places = {
        f"{table.name}.{column.name}": column.type.place
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, SealedBytes)
    }

    assert {name: name for name in SEALED} == places


def test_a_sealed_column_holds_ciphertext_and_reads_as_text(app, session):
    person = make_person(name="Sample Ada", email="ada@example.org")

    stored = session.execute(
        sa.text("SELECT name, email FROM people WHERE id = :id"), {"id": person.id}
    ).one()
    session.expire_all()

    assert b"Ada" not in bytes(stored.name)
    assert b"ada" not in bytes(stored.email)
    read = session.scalars(sa.select(Person.name).filter_by(id=person.id)).one()
    assert read == "Sample Ada"
