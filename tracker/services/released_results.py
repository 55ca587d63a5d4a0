"""What offerings have released, summed up; several offerings in five statements."""

from collections.abc import Iterable

import sqlalchemy as sa

from tracker.db import db
from tracker.domain.evaluation import Form, Repeat, Subject
from tracker.domain.evaluation_definition import form_from_json
from tracker.domain.results import Results, summarise
from tracker.domain.tallies import Answers, Batch
from tracker.models import (
    EvaluationForm,
    Instructor,
    Response,
    ResponseBatch,
    Segment,
)
from tracker.models.evaluation import FormKind, Occasion
from tracker.services.evaluation_forms import KIND_OF


def read_released(
    offering_ids: Iterable[int], occasion: Occasion
) -> dict[int, Results]:
    """Return the results of the offerings that have released any: five statements.

    Apart from the evaluation, only totals are shown: texts are left out
    (product.md, "Evaluating").
    """
    batches = _released_batches(offering_ids, occasion)
    wanted = list(batches)
    forms = _forms(wanted, KIND_OF[occasion])
    subjects = _subjects(wanted)
    return {
        each: summarise(
            batches[each],
            forms[each],
            subjects[each],
            has_texts=occasion is Occasion.EVALUATION,
        )
        for each in wanted
    }


def _released_batches(
    offering_ids: Iterable[int], occasion: Occasion
) -> dict[int, list[Batch]]:
    """Return responses by offering, batch by batch; which row is whose is not kept."""
    rows = db.session.execute(
        sa.select(ResponseBatch.id, ResponseBatch.offering_id)
        .where(
            ResponseBatch.offering_id.in_(list(offering_ids)),
            ResponseBatch.occasion == occasion,
            ResponseBatch.is_released,
        )
        .order_by(ResponseBatch.number)
    ).all()
    answers: dict[int, list[Answers]] = {batch: [] for batch, _ in rows}
    for batch, version, values in db.session.execute(
        sa.select(Response.batch_id, Response.form_version, Response.answers).where(
            Response.batch_id.in_(answers)
        )
    ):
        answers[batch].append(Answers(version, values))
    found: dict[int, list[Batch]] = {}
    for batch, offering_id in rows:
        found.setdefault(offering_id, []).append(answers[batch])
    return found


def _forms(offering_ids: list[int], kind: FormKind) -> dict[int, dict[int, Form]]:
    found: dict[int, dict[int, Form]] = {each: {} for each in offering_ids}
    for row in db.session.scalars(
        sa.select(EvaluationForm).where(
            EvaluationForm.offering_id.in_(offering_ids), EvaluationForm.kind == kind
        )
    ):
        found[row.offering_id][row.version] = form_from_json(row.definition)
    return found


def _subjects(offering_ids: list[int]) -> dict[int, dict[Repeat, list[Subject]]]:
    """Return what repeated sections are asked about, as the form's page names it."""
    found: dict[int, dict[Repeat, list[Subject]]] = {
        each: {Repeat.SEGMENT: [], Repeat.INSTRUCTOR: []} for each in offering_ids
    }
    for offering_id, number, title in db.session.execute(
        sa.select(Segment.offering_id, Segment.number, Segment.title)
        .where(Segment.offering_id.in_(offering_ids), Segment.cancelled_at.is_(None))
        .order_by(Segment.number)
    ):
        subject = Subject(str(number), f"{number}. {title}")
        found[offering_id][Repeat.SEGMENT].append(subject)
    for offering_id, key, name in db.session.execute(
        sa.select(Instructor.offering_id, Instructor.public_id, Instructor.name)
        .where(Instructor.offering_id.in_(offering_ids))
        .order_by(Instructor.position)
    ):
        found[offering_id][Repeat.INSTRUCTOR].append(Subject(key, name))
    return found
