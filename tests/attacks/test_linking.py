"""A hundred people send in an order that the attacker knows (trust.md, I10).

After the mix no attack names more answers' authors than guessing would: on the
average one of a hundred is right by chance, and more than BY_CHANCE less often
than once in a million times. Each attack is shown to be one: against answers that
are stored naively it names nearly all.
"""

import logging
import secrets
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.attacks.links import ATTACKS, links_right
from tests.attacks.naive import NaiveStore
from tests.attacks.traces import (
    PAGE_BYTES,
    Row,
    Trace,
    order_of_receipts,
    raw_bytes,
    read_rows,
)
from tests.committed import committed_app, make_url
from tests.conftest import ENGINES, Browser
from tests.factories import NINE_AM, make_day, make_enrollment, make_offering, make_user
from tests.world import form_of
from tracker import links
from tracker.db import db, reading
from tracker.models import Certificate, OutboxMessage
from tracker.models.staff import Role
from tracker.services import batches, evaluations, sealing, sessions

PEOPLE = 100
BY_CHANCE = 8
NEARLY_ALL = 95
SENDING = NINE_AM + timedelta(hours=6)
ANSWER_TABLES = ["evaluation_receipts", "sealed_responses", "responses"]
FORM = {
    "sections": [
        {
            "key": "all",
            "title": "All",
            "repeat": "once",
            "questions": [{"key": "said", "kind": "long", "text": "What?"}],
        }
    ]
}


@dataclass
class Found:
    """What is left of the application's answers, and of the naive store's."""

    ours: Trace
    naive: Trace
    receipts: list[int]
    before: list[Row]
    left_sealed: int
    keys: set[str]


class Listener(logging.Handler):
    """Keeps every line that anything logs."""

    def __init__(self):
        super().__init__(logging.DEBUG)
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


@pytest.fixture(scope="module", params=ENGINES)
def found(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("attacks")
    url = make_url(request.param, folder)
    listener = Listener()
    logging.getLogger().addHandler(listener)
    try:
        with committed_app(url, folder) as app:
            app.test_client_class = Browser
            yield hold_evaluation(app, NaiveStore(url, folder), listener)
    finally:
        logging.getLogger().removeHandler(listener)


def hold_evaluation(app, naive, listener):
    """Let all send, close, and collect what an attacker finds."""
    clock = app.extensions["clock"]
    clock.moment = SENDING
    cookie, token = form_of(app)

    def post(session_token, address, **fields):
        client = app.test_client()
        client.set_cookie("muster_form", cookie)
        client.set_cookie("muster", session_token)
        answer = client.post(address, data={"csrf_token": token, **fields})
        assert answer.status_code == 303, answer.text

    with app.app_context():
        offering, people = make_audience()
        coordinator = sessions.begin_session(
            make_user(Role.COORDINATOR, offering), now=SENDING
        )
        lengths = shuffled(range(PEOPLE))
        db.session.commit()
        for number, (enrollment, session_token) in enumerate(people):
            clock.moment += timedelta(seconds=7)
            text = f"No {number:03} " + "x" * lengths[number]
            address = f"/me/offerings/{offering.code}/evaluation"
            post(session_token, address, **{"all.said": text})
            naive.take(enrollment, text, clock.moment)
            certify(enrollment, clock.moment + timedelta(seconds=2))
        before = look("sealed_responses", "sealed")
        address = f"/staff/offerings/{offering.code}/evaluation/evaluation/1/close"
        post(coordinator, address)
        return collect(before, naive, listener)


def make_audience():
    """Enrol everybody; they will send in an order that no id tells."""
    offering = make_offering()
    batches.open_batch(offering, links.settings().evaluation_keys)
    make_day(offering)
    evaluations.set_form(offering, FORM)
    people = [make_enrollment(offering=offering) for _ in range(PEOPLE)]
    return offering, [
        (each.id, sessions.begin_session(each.person, now=SENDING))
        for each in shuffled(people)
    ]


def shuffled(values):
    values = list(values)
    secrets.SystemRandom().shuffle(values)
    return values


def certify(enrollment_id, at):
    """Issue the certificate that waited for this receipt."""
    row = Certificate(
        serial=secrets.token_hex(10),
        enrollment_id=enrollment_id,
        name="Sample",
        name_digest=bytes(32),
        basis=[],
        facts={},
        pdf=b"",
        pdf_digest=secrets.token_bytes(32),
        issued_on=at.date(),
        issued_at=at,
    )
    db.session.add(row)
    db.session.commit()


def look(table, column):
    db.session.remove()
    with reading(), db.engine.connect() as connection:
        return read_rows(connection, table, column)


def collect(before, naive, listener):
    naive_trace = naive.close()
    engine = db.engine.dialect.name
    answers = look("responses", "answers")
    certificates = [
        (each.enrollment_id, each.issued_at, each.serial)
        for each in db.session.scalars(sa.select(Certificate))
    ]
    mails = db.session.scalars(sa.select(OutboxMessage)).all()
    ours = Trace(
        known=naive_trace.known,
        page_bytes=PAGE_BYTES[engine],
        sealed=before,
        answers=answers,
        certificates=certificates,
        log="\n".join(listener.lines),
        mails="\n".join(str(vars(each)) for each in mails),
    )
    db.session.remove()
    with reading(), db.engine.connect() as connection:
        ours.raw = ours.deleted = raw_bytes(connection, ANSWER_TABLES)
        receipts = order_of_receipts(connection, "evaluation_receipts")
    return Found(
        ours=ours,
        naive=naive_trace,
        receipts=receipts,
        before=before,
        left_sealed=sum(each.data[:40] in ours.raw for each in before),
        keys=sealing.key_names(links.settings().evaluation_keys),
    )


def test_the_attacker_has_what_there_is(found):
    """The receipts tell who sent when; all answers are released and can be read."""
    assert found.receipts == found.ours.known
    assert {each.marker for each in found.ours.answers} == {
        f"No {number:03}" for number in range(PEOPLE)
    }
    assert len(found.before) == len(found.ours.certificates) == PEOPLE


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_names_no_more_authors_than_chance(found, name):
    assert links_right(found.ours, ATTACKS[name]) <= BY_CHANCE


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_succeeds_where_answers_are_stored_naively(found, name):
    assert links_right(found.naive, ATTACKS[name]) >= NEARLY_ALL


def test_before_the_mix_all_sealed_answers_look_alike(found):
    assert {len(each.data) for each in found.before} == {sealing.SEALED_BYTES}
    assert [each.marker for each in found.before] == [None] * PEOPLE


def test_after_the_mix_no_key_and_no_sealed_answer_is_left_on_the_disk(found):
    assert found.keys == set()
    assert found.left_sealed == 0


def test_all_released_rows_are_of_one_transaction_after_all_receipts(found):
    assert len({each.xmin for each in found.ours.answers}) == 1
    assert {each.at for each in found.ours.answers} == {None}
