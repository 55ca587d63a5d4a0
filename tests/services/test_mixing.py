"""Closing: five or more are mixed and released, fewer withheld; then the key goes."""

import json

import pytest
import sqlalchemy as sa

from tests.factories import make_offering
from tests.held import EVENING
from tests.services.answering import answer, make_evaluated
from tracker import links
from tracker.db import db
from tracker.errors import ConflictError
from tracker.models import (
    AuditEntry,
    EvaluationReceipt,
    PaperResponse,
    Response,
    SealedResponse,
)
from tracker.services import batches, mixing, sealing
from tracker.services.audit import CLI


@pytest.fixture
def folder(app):
    return links.settings().evaluation_keys


@pytest.fixture
def offering(folder):
    return make_evaluated()


def close(batch, now=EVENING):
    return mixing.close(batch, actor=CLI, now=now)


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def released():
    rows = db.session.scalars(sa.select(Response)).all()
    return sorted(row.answers["overall.useful"] for row in rows)


def test_five_answers_are_released_and_their_key_is_destroyed(offering, folder):
    answer(offering, 1, 2, 3, 4, 5)
    batch = batches.get_batch(offering)
    before = set(db.session.scalars(sa.select(SealedResponse.random_id)))

    assert close(batch) is True
    assert mixing.destroy_keys() == 1

    assert released() == [1, 2, 3, 4, 5]
    assert (batch.closed_at, batch.response_count, batch.is_released) == (
        EVENING,
        5,
        True,
    )
    assert count(SealedResponse) == 0
    assert count(EvaluationReceipt) == 5
    assert not before & set(db.session.scalars(sa.select(Response.random_id)))
    assert not batches.holds_key(offering, folder)
    assert offering.code not in sealing.key_names(folder)


def test_four_answers_are_withheld_for_good(offering, folder):
    answer(offering, 1, 2, 3, 4)
    batch = batches.get_batch(offering)

    close(batch)
    mixing.destroy_keys()

    assert (batch.response_count, batch.is_released) == (4, False)
    assert (count(SealedResponse), count(Response)) == (0, 0)
    assert offering.code not in sealing.key_names(folder)


def test_closing_tells_the_log_counts_only(offering):
    answer(offering, 1, 2, 3, 4, 5)
    close(batches.get_batch(offering))

    entry = db.session.scalars(sa.select(AuditEntry)).one()

    assert (entry.action, entry.details) == (
        "evaluation.close",
        {"occasion": "evaluation", "batch": 1, "released": 5, "withheld": 0},
    )


def test_closing_again_changes_nothing(offering):
    answer(offering, 1, 2, 3, 4, 5)
    batch = batches.get_batch(offering)
    close(batch)

    assert close(batch, now=EVENING.replace(year=2040)) is False
    assert (batch.closed_at, count(Response), count(AuditEntry)) == (EVENING, 5, 1)


def test_without_the_key_closing_is_refused_and_nothing_is_changed(offering, folder):
    answer(offering, 1, 2, 3, 4, 5)
    sealing.key_path(folder, offering.code).rename(folder / "elsewhere")
    batch = batches.get_batch(offering)

    with pytest.raises(ConflictError, match=f"{offering.code}.key"):
        close(batch)

    assert (batch.closed_at, count(SealedResponse), count(Response)) == (None, 5, 0)
    (folder / "elsewhere").rename(sealing.key_path(folder, offering.code))
    assert close(batch)


def test_a_lost_key_does_not_keep_fewer_than_five(offering, folder):
    answer(offering, 1, 2, 3, 4)
    sealing.destroy_key(folder, offering.code)

    assert close(batches.get_batch(offering))

    assert (count(SealedResponse), count(Response)) == (0, 0)


def test_a_changed_answer_stops_the_closing(offering):
    answer(offering, 1, 2, 3, 4, 5)
    row = db.session.scalars(sa.select(SealedResponse)).first()
    assert row
    row.sealed = bytes(sealing.SEALED_BYTES)

    with pytest.raises(ConflictError, match="does not open"):
        close(batches.get_batch(offering))
    assert (count(SealedResponse), count(Response)) == (5, 0)


def test_papers_that_are_being_typed_in_stop_the_closing(offering):
    batch = batches.get_batch(offering)
    sealed = sealing.seal(json.dumps({}).encode(), batch.public_key, offering.code)
    db.session.add(PaperResponse(batch_id=batch.id, sealed=sealed))

    with pytest.raises(ConflictError, match="Paper evaluations"):
        close(batch)


def test_late_answers_are_released_at_five_apart_from_the_first(offering, folder):
    answer(offering, 5, 5, 5, 5, 5)
    close(batches.get_batch(offering))
    answer(offering, 1, 2, 3, 4, 5)
    late = batches.get_batch(offering)
    assert (late.number, late.closed_at) == (2, None)

    close(late)

    assert mixing.destroy_keys() == 2
    assert released() == [1, 2, 3, 4, 5, 5, 5, 5, 5, 5]
    mine = [name for name in sealing.key_names(folder) if offering.code in name]
    assert mine == []


# Each crash point of mixing.py's docstring: what is there then, and what mends it.


def test_a_crash_before_the_commit_leaves_the_old_state(offering, folder):
    answer(offering, 1, 2, 3, 4, 5)
    batch = batches.get_batch(offering)
    crash = db.session.begin_nested()
    close(batch)
    crash.rollback()

    assert mixing.destroy_keys() == 0
    db.session.refresh(batch)
    assert (batch.closed_at, count(SealedResponse), count(Response)) == (None, 5, 0)
    assert batches.holds_key(offering, folder)
    assert close(batch)


def test_a_crash_after_the_commit_leaves_a_key_that_the_next_run_destroys(
    offering, folder
):
    answer(offering, 1, 2, 3, 4, 5)
    close(batches.get_batch(offering))
    assert offering.code in sealing.key_names(folder)
    other = make_offering()
    batches.open_batch(other, folder)

    assert (mixing.destroy_keys(), mixing.destroy_keys()) == (1, 0)

    assert offering.code not in sealing.key_names(folder)
    assert batches.holds_key(other, folder)
    assert count(Response) == 5


def test_a_key_that_a_power_cut_brought_back_is_destroyed_again(offering, folder):
    answer(offering, 1, 2, 3, 4, 5)
    path = sealing.key_path(folder, offering.code)
    kept = path.read_bytes()
    close(batches.get_batch(offering))
    mixing.destroy_keys()

    path.write_bytes(kept)

    assert mixing.destroy_keys() == 1
    assert not path.exists()


def test_a_key_is_destroyed_also_where_it_is_gone_meanwhile(folder):
    folder.mkdir(parents=True, exist_ok=True)

    sealing.destroy_key(folder, "GONE")

    assert not sealing.key_path(folder, "GONE").exists()
