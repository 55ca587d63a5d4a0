"""An offering's forms, each kind in versions: frozen once somebody has answered."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from tracker import links
from tracker.db import db
from tracker.domain.evaluation import Form
from tracker.domain.evaluation_default import DEFAULT_FORM
from tracker.domain.evaluation_definition import (
    form_from_json,
    form_to_json,
    read_form,
)
from tracker.errors import InvalidError, NotFoundError
from tracker.models import (
    Enrollment,
    EvaluationForm,
    EvaluationReceipt,
    Offering,
    PaperResponse,
    ResponseBatch,
)
from tracker.models.evaluation import FormKind, Occasion
from tracker.services import batches

KIND_OF = {
    Occasion.EVALUATION: FormKind.EVALUATION,
    Occasion.BEFORE: FormKind.KNOWLEDGE,
    Occasion.AFTER: FormKind.KNOWLEDGE,
    Occasion.FOLLOW_UP: FormKind.FOLLOW_UP,
}
KINDS = tuple(kind.value for kind in FormKind)  # as an offering's file names them
MISSING = {
    FormKind.EVALUATION: "This offering has no evaluation.",
    FormKind.KNOWLEDGE: "This offering has no knowledge check.",
    FormKind.FOLLOW_UP: "This offering has no follow-up.",
}


def occasions_of(kind: FormKind) -> list[Occasion]:
    """Return the occasions at which a form is asked."""
    return [occasion for occasion, each in KIND_OF.items() if each is kind]


def default_form() -> dict[str, Any]:
    """Return the evaluation that an offering gets where none is given."""
    return form_to_json(DEFAULT_FORM)


def check_form(definition: Any, kind: FormKind) -> dict[str, Any]:
    """Return a definition in its one normal form.

    Raises:
        InvalidError: the definition is wrong; the pointer says where.
    """
    try:
        return form_to_json(read_form(definition, kind))
    except ValueError as problem:
        place, _, sentence = str(problem).partition(": ")
        raise InvalidError(f"The form: {problem}", {place: sentence}) from problem


def set_form(
    offering: Offering, definition: Any, kind: FormKind = FormKind.EVALUATION
) -> EvaluationForm:
    """Give an offering a form.

    A form that has responses is frozen (product.md): another definition then
    becomes a new version; until then it replaces the version in place. The same
    definition again changes nothing. What an offering asks for the first time
    gets its first batch, for the answers to be sealed to.

    Raises:
        InvalidError: the definition is wrong; the pointer says where.
    """
    wanted = check_form(definition, kind)
    row = find_form(offering, kind)
    if row is None:
        _open_batches(offering, kind)
        return _add_form(offering, kind, 1, wanted)
    if row.definition == wanted:
        return row
    if is_frozen(offering, kind):
        return _add_form(offering, kind, row.version + 1, wanted)
    row.definition = wanted
    return row


def set_forms(offering: Offering, wanted: Mapping[str, Any]) -> None:
    """Give an offering the forms of its file; the default where it has none."""
    for kind in FormKind:
        if definition := wanted[kind]:
            set_form(offering, definition, kind)
    if not wanted[FormKind.EVALUATION]:
        set_form(offering, default_form())


def definitions_of(offering: Offering) -> dict[str, dict[str, Any] | None]:
    """Return the forms as an offering's file has them; None where one is not asked."""
    rows = {kind: find_form(offering, kind) for kind in FormKind}
    return {kind.value: row.definition if row else None for kind, row in rows.items()}


def _open_batches(offering: Offering, kind: FormKind) -> None:
    """Open the first batches; the evaluation's is there since the offering is."""
    if kind is FormKind.EVALUATION:
        return
    for occasion in occasions_of(kind):
        if batches.find_batch(offering, occasion) is None:
            batches.open_batch(offering, links.settings().evaluation_keys, occasion)


def _add_form(
    offering: Offering, kind: FormKind, version: int, definition: dict[str, Any]
) -> EvaluationForm:
    row = EvaluationForm(
        offering_id=offering.id, kind=kind, version=version, definition=definition
    )
    db.session.add(row)
    db.session.flush()
    return row


def find_form(
    offering: Offering, kind: FormKind = FormKind.EVALUATION
) -> EvaluationForm | None:
    """Return an offering's newest form of a kind, if it has one."""
    return db.session.scalar(
        sa.select(EvaluationForm)
        .where(EvaluationForm.offering_id == offering.id, EvaluationForm.kind == kind)
        .order_by(EvaluationForm.version.desc())
        .limit(1)
    )


def form_of(
    offering: Offering, kind: FormKind = FormKind.EVALUATION
) -> tuple[EvaluationForm, Form]:
    """Return an offering's newest form of a kind, as row and as value.

    Raises:
        NotFoundError: the offering has none.
    """
    row = find_form(offering, kind)
    if row is None:
        raise NotFoundError(MISSING[kind])
    return row, form_from_json(row.definition)


def is_frozen(offering: Offering, kind: FormKind = FormKind.EVALUATION) -> bool:
    """Say whether somebody has answered a form, on a phone or on paper."""
    answered = (
        sa.select(EvaluationReceipt.enrollment_id)
        .join(Enrollment, Enrollment.id == EvaluationReceipt.enrollment_id)
        .where(
            Enrollment.offering_id == offering.id,
            EvaluationReceipt.occasion.in_(occasions_of(kind)),
        )
    )
    typed_in = (
        sa.select(PaperResponse.id)
        .join(ResponseBatch, ResponseBatch.id == PaperResponse.batch_id)
        .where(
            ResponseBatch.offering_id == offering.id,
            ResponseBatch.occasion.in_(occasions_of(kind)),
        )
    )
    wanted = sa.select(sa.or_(answered.exists(), typed_in.exists()))
    return bool(db.session.scalar(wanted))
