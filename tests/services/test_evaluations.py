import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests.conftest import ENGINES, settings_for
from tests.databases import migrated_database
from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_instructor,
    make_offering,
    make_segment,
)
from tracker import create_app, links
from tracker.db import Base, db, pairs_of
from tracker.domain.schedule import Schedule
from tracker.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from tracker.models import (
    AuditEntry,
    Enrollment,
    EvaluationForm,
    EvaluationReceipt,
    OfferingCounter,
    ResponseBatch,
    SealedResponse,
)
from tracker.models.enrollment import EnrollmentKind
from tracker.models.evaluation import Occasion
from tracker.services import batches, evaluations, schedules, sealing

SHORT_FORM = {
    "sections": [
        {
            "key": "overall",
            "title": "As a whole",
            "repeat": "once",
            "questions": [
                {
                    "key": "useful",
                    "kind": "rating",
                    "text": "Useful?",
                    "required": True,
                },
                {"key": "change", "kind": "long", "text": "What to change?"},
            ],
        }
    ]
}
TOO_LONG = "Please shorten this to 5,000 characters; it has 5,001."
ANSWERS = {"overall.useful": ["4"], "overall.change": ["Longer breaks"]}
ENDS_AT = NINE_AM + timedelta(hours=5, minutes=30)  # of the third segment
OPENS_AT = ENDS_AT - timedelta(minutes=20)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "evaluation-keys"


@pytest.fixture
def offering(app, folder):
    """An offering of three segments with a short form."""
    offering = make_offering(code="EVAL", ends_on=NINE_AM.date())
    batches.open_batch(offering, folder)
    make_day(offering)
    evaluations.set_form(offering, SHORT_FORM)
    return offering


@pytest.fixture
def enrollment(offering):
    return make_enrollment(offering=offering)


def count(model: type[Base]) -> int:
    return db.session.scalars(sa.select(sa.func.count()).select_from(model)).one()


def opened(folder: Path) -> list[Any]:
    """What the sealed responses say."""
    key = sealing.key_path(folder, "EVAL").read_bytes()
    rows = db.session.scalars(sa.select(SealedResponse))
    return [json.loads(sealing.unseal(row.sealed, key, "EVAL")) for row in rows]


def test_answers_are_sealed_with_their_forms_version_and_nobodys_name(
    enrollment, folder
):
    assert evaluations.submit(enrollment, ANSWERS, now=OPENS_AT) is True

    assert evaluations.has_receipt(enrollment)
    assert opened(folder) == [
        {
            "form": 1,
            "answers": {"overall.useful": 4, "overall.change": "Longer breaks"},
        }
    ]


def test_second_tap_changes_nothing_whatever_it_says(enrollment, folder):
    evaluations.submit(enrollment, ANSWERS, now=OPENS_AT)

    again = evaluations.submit(enrollment, {"overall.useful": ["9"]}, now=OPENS_AT)
    late = evaluations.submit(enrollment, ANSWERS, now=OPENS_AT + timedelta(days=90))

    assert (again, late) == (False, False)
    assert count(EvaluationReceipt) == 1
    assert [response["answers"]["overall.useful"] for response in opened(folder)] == [4]


def test_sending_leaves_no_time_no_audit_entry_and_no_count(enrollment, offering):
    before = db.session.scalar(sa.select(OfferingCounter.version))

    evaluations.submit(enrollment, ANSWERS, now=OPENS_AT)

    assert count(AuditEntry) == 0
    assert db.session.scalar(sa.select(OfferingCounter.version)) == before
    columns = [*EvaluationReceipt.__table__.columns, *SealedResponse.__table__.columns]
    assert {column.name for column in columns} == {
        "enrollment_id",
        "occasion",
        "random_id",
        "batch_id",
        "sealed",
    }


@pytest.mark.parametrize(
    ("sent", "errors"),
    [
        ({}, {"overall.useful": "Please answer this question."}),
        (
            {"overall.useful": ["6"]},
            {"overall.useful": "Please choose a number from 1 to 5."},
        ),
        (
            {**ANSWERS, "overall.change": ["x" * 5001]},
            {"overall.change": TOO_LONG},
        ),
        (
            {**ANSWERS, "overall.salary": ["1"]},
            {"overall.salary": "This question is not part of the form."},
        ),
    ],
)
def test_unfit_answers_store_nothing(enrollment, sent, errors):
    with pytest.raises(InvalidError) as refused:
        evaluations.submit(enrollment, sent, now=OPENS_AT)

    assert refused.value.errors == errors
    assert (count(EvaluationReceipt), count(SealedResponse)) == (0, 0)


def test_answers_that_do_not_fit_the_padding_are_refused_beside_the_longest(offering):
    many = [
        {"key": f"q{n}", "kind": "long", "text": f"Question {n}"} for n in range(20)
    ]
    section = {"key": "all", "title": "All", "repeat": "once", "questions": many}
    evaluations.set_form(offering, {"sections": [section]})
    sent = {f"all.q{n}": ["é" * 2000] for n in range(20)} | {"all.q7": ["é" * 2500]}

    with pytest.raises(InvalidError) as refused:
        evaluations.submit(make_enrollment(offering=offering), sent, now=OPENS_AT)

    assert list(refused.value.errors) == ["all.q7"]
    assert (count(EvaluationReceipt), count(SealedResponse)) == (0, 0)


def test_sending_is_possible_from_the_opening_on_also_late(enrollment, offering):
    schedule = schedules.schedule_of(offering)
    closes_at = evaluations.closes_at(offering, schedule)
    assert evaluations.opens_at(offering, schedule) == OPENS_AT

    with pytest.raises(ConflictError):
        evaluations.submit(enrollment, ANSWERS, now=OPENS_AT - timedelta(seconds=1))
    assert evaluations.submit(enrollment, ANSWERS, now=OPENS_AT)
    late = make_enrollment(offering=offering)
    assert evaluations.submit(late, ANSWERS, now=closes_at + timedelta(days=90))


def test_what_comes_after_the_closing_goes_into_late_batches_with_keys_of_their_own(
    offering,
):
    first = batches.receiving(offering)
    keys = {first.public_key}
    for number in (2, 3):
        batches.receiving(offering).closed_at = OPENS_AT
        enrollment = make_enrollment(offering=offering)
        assert evaluations.submit(enrollment, ANSWERS, now=OPENS_AT)

        late = batches.receiving(offering)
        assert (late.number, late.opened_at, late.closed_at) == (number, None, None)
        assert list(db.session.scalars(sa.select(SealedResponse.batch_id)))[-1:] == [
            late.id
        ]
        folder = links.settings().evaluation_keys
        assert batches.holds_key(offering, folder)
        keys.add(late.public_key)
        db.session.query(SealedResponse).delete()
    assert len(keys) == 3


def test_receiving_refuses_what_was_never_asked(offering):
    with pytest.raises(NotFoundError):
        batches.receiving(offering, Occasion.FOLLOW_UP)


def test_nothing_scheduled_cannot_be_evaluated(app):
    offering = make_offering()
    evaluations.set_form(offering, SHORT_FORM)

    assert evaluations.opens_at(offering, Schedule(())) is None
    with pytest.raises(ConflictError):
        evaluations.submit(make_enrollment(offering=offering), ANSWERS, now=NINE_AM)


@pytest.mark.parametrize("kind", [EnrollmentKind.OBSERVER, EnrollmentKind.GUEST])
def test_only_participants_evaluate(offering, kind):
    with pytest.raises(ForbiddenError):
        evaluations.submit(
            make_enrollment(offering=offering, kind=kind), ANSWERS, now=OPENS_AT
        )


def test_form_is_laid_out_over_held_segments_and_instructors(app):
    offering = make_offering()
    morning, noon, _ = make_day(offering)
    make_segment(offering=offering, number=4, cancelled_at=NINE_AM)
    ada = make_instructor(offering, position=1, name="Ada", segments=[morning, noon])
    bo = make_instructor(offering, position=2, name="Bo")
    evaluations.set_form(offering, evaluations.default_form())

    laid_out = evaluations.laid_out(offering)

    assert [
        (part.key, part.subject and part.subject.opens_at) for part in laid_out
    ] == [
        ("overall", None),
        ("segment.1", NINE_AM + timedelta(minutes=90)),
        ("segment.2", NINE_AM + timedelta(hours=2, minutes=90)),
        ("segment.3", NINE_AM + timedelta(hours=4, minutes=90)),
        (f"instructor.{ada.public_id}", NINE_AM + timedelta(hours=2, minutes=90)),
        (f"instructor.{bo.public_id}", None),
    ]


def test_form_without_answers_is_replaced_in_place(offering):
    evaluations.set_form(offering, evaluations.default_form())
    row, form = evaluations.form_of(offering)

    assert (row.version, count(EvaluationForm)) == (1, 1)
    assert [section.key for section in form.sections] == [
        "overall",
        "segment",
        "instructor",
    ]


def test_form_with_answers_is_frozen_and_gets_a_new_version(enrollment, offering):
    evaluations.submit(enrollment, ANSWERS, now=OPENS_AT)

    same = evaluations.set_form(offering, SHORT_FORM)
    other = evaluations.set_form(offering, evaluations.default_form())

    assert (same.version, other.version) == (1, 2)
    assert evaluations.form_of(offering)[0].version == 2


def test_wrong_form_is_refused_with_its_place(offering):
    with pytest.raises(InvalidError) as refused:
        evaluations.set_form(offering, {"sections": []})

    assert refused.value.errors == {"form.sections": "must not be empty"}


def test_offering_without_a_form_says_so(app):
    with pytest.raises(NotFoundError):
        evaluations.laid_out(make_offering())


def test_code_that_cannot_be_a_file_name_is_refused(app, folder):
    with pytest.raises(InvalidError):
        batches.open_batch(make_offering(code="../secret"), folder)


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_simultaneous_taps_store_one_response_and_late_ones_share_a_batch(
    engine, tmp_path
):
    app = create_app(settings_for(migrated_database(engine, tmp_path), tmp_path))
    with app.app_context():
        offering = make_offering(code="EVAL")
        folder = links.settings().evaluation_keys
        batches.open_batch(offering, folder)
        make_day(offering)
        evaluations.set_form(offering, SHORT_FORM)
        first, *late = [make_enrollment(offering=offering).id for _ in range(9)]
        db.session.commit()

    def tap(enrollment_id: int) -> bool:
        with app.app_context():
            enrollment = db.session.get_one(Enrollment, enrollment_id)
            is_first = evaluations.submit(enrollment, ANSWERS, now=OPENS_AT)
            db.session.commit()
            return is_first

    with ThreadPoolExecutor(8) as pool:
        taps = list(pool.map(tap, [first] * 8))
        with app.app_context():
            counts = (count(EvaluationReceipt), count(SealedResponse))
            db.session.scalars(sa.select(ResponseBatch)).one().closed_at = OPENS_AT
            db.session.commit()
        late_taps = list(pool.map(tap, late))
    with app.app_context():
        per_batch = pairs_of(
            sa.select(ResponseBatch.number, sa.func.count())
            .join(SealedResponse, SealedResponse.batch_id == ResponseBatch.id)
            .group_by(ResponseBatch.number)
        )
        offering = db.session.get_one(Enrollment, first).offering
        can_open = batches.holds_key(offering, folder)
        db.session.remove()
        db.engine.dispose()
    assert (taps.count(True), counts) == (1, (1, 1))
    assert (late_taps, per_batch, can_open) == ([True] * 8, {1: 1, 2: 8}, True)
