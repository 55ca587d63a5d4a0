"""Building an offering's forms in the browser: a plain list, saved as one."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, json_reader, yaml_reader
from tracker.db import db
from tracker.domain import form_building as building
from tracker.domain.evaluation_definition import form_from_json
from tracker.domain.form_building import Draft
from tracker.errors import ConflictError, InvalidError, RowsRefusedError
from tracker.forms import form_builder as fields
from tracker.forms.evaluations import StepFields, When, lay_out_fields
from tracker.models.evaluation import FormKind
from tracker.models.staff import Role
from tracker.services import (
    audit,
    evaluation_forms,
    evaluations,
    form_building,
    schedules,
)
from tracker.views import staff_page

bp = Blueprint("form_builder", __name__, url_prefix="/staff/offerings/<code>")

PLACES = {
    FormKind.EVALUATION: "evaluation",
    FormKind.KNOWLEDGE: "knowledge",
    FormKind.FOLLOW_UP: "follow-up",
}
TITLES = {
    FormKind.EVALUATION: "The evaluation's questions",
    FormKind.KNOWLEDGE: "The knowledge check's questions",
    FormKind.FOLLOW_UP: "The follow-up's questions",
}
BASE = re.compile("[0-9a-f]{32}")
ALL_OPEN = datetime(9000, 1, 1, tzinfo=UTC)
View = Callable[..., ResponseReturnValue]


def of_each_kind(ending: str, method: str) -> Callable[[View], View]:
    """Give a view one address for each kind of form."""

    def register(view: View) -> View:
        for kind, place in PLACES.items():
            address = f"/{place}/form{ending}"
            bp.route(address, methods=[method], defaults={"kind": kind.value})(view)
        return view

    return register


@of_each_kind("", "GET")
@access.staff(Role.COORDINATOR)
def edit(code: str, kind: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the form as it is saved, to be changed."""
    built = form_building.read_built(access.current_offering(), FormKind(kind))
    return _show(FormKind(kind), built.definition, built.base)


@of_each_kind("", "POST")
@access.staff(Role.COORDINATOR)
def save(code: str, kind: str) -> ResponseReturnValue:
    """Apply one button to what was sent, or save it whole."""
    draft, errors = fields.read_draft(request.form)
    act, base = request.form.get("act", "save"), request.form.get("base", "")
    if errors:
        return _show(FormKind(kind), draft, base, 422, errors=errors)
    if act != "save":
        return _act(FormKind(kind), draft, base, act)
    try:
        row = form_building.save(
            access.current_offering(),
            draft,
            FormKind(kind),
            base=base,
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except ConflictError as error:
        return _show(FormKind(kind), draft, base, 409, stale=str(error))
    except InvalidError as error:
        return _show(FormKind(kind), draft, base, 422, errors=_at_fields(error))
    db.session.commit()
    flash(f"Saved as version {row.version}.", "ok")
    return redirect(url_for(".edit", code=code, kind=kind), 303)


def _act(kind: FormKind, draft: Draft, base: str, act: str) -> Response:
    """Change the draft on the page; nothing is saved by that."""
    if act == "preview":
        try:
            steps = _preview(draft, kind)
        except InvalidError as error:
            return _show(kind, draft, base, 422, errors=_at_fields(error))
        return _show(kind, draft, base, preview=steps)
    try:
        changed = _changed(draft, act)
    except (ValueError, InvalidError) as problem:
        return _show(kind, draft, base, 422, errors={"act": str(problem)})
    removed = act.startswith("remove:")
    return _show(kind, changed, base, before=draft if removed else None)


def _changed(draft: Draft, act: str) -> Draft:
    """Bring back what was there before a removal, or change what is there."""
    if act == "undo":
        return building.draft_of(
            json_reader.read_json(request.form.get("before", "").encode())
        )
    return building.change(draft, act, form_building.new_key())


def _at_fields(error: InvalidError) -> dict[str, str]:
    return {fields.field_of(place): words for place, words in error.errors.items()}


def _preview(draft: Draft, kind: FormKind) -> tuple[StepFields, ...]:
    """Lay the draft out as participants will see it, every part open."""
    offering = access.current_offering()
    form = form_from_json(evaluation_forms.check_form(draft, kind))
    laid_out = evaluations.lay_out(form, offering, schedules.schedule_of(offering))
    when = When(ALL_OPEN, ALL_OPEN, ZoneInfo(offering.timezone))
    return lay_out_fields(laid_out, when, {}, {})


@of_each_kind("/copy", "POST")
@access.staff(Role.COORDINATOR)
def copy(code: str, kind: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Begin with another offering's form; nothing is saved by that."""
    draft = form_building.copy_from(
        access.current_offering(),
        request.form.get("source", ""),
        access.current_user(),
        FormKind(kind),
    )
    return _show(FormKind(kind), draft, _base())


@of_each_kind("/text", "POST")
@access.staff(Role.COORDINATOR)
def read_text(code: str, kind: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Begin with a form as YAML, pasted or from a file; nothing is saved by that."""
    file = request.files.get("file")
    text = request.form.get("text", "")
    data = file.read() if file else text.encode(errors="replace")
    return _from_yaml(FormKind(kind), data, _base())


def _base() -> str:
    """Return from which state of the form this page began.

    Raises:
        ConflictError: the page was not made here.
    """
    base = request.form.get("base", "")
    if not BASE.fullmatch(base):
        raise ConflictError("This page is out of date. Please open it anew.")
    return base


def _from_yaml(kind: FormKind, data: bytes, base: str) -> Response:
    try:
        draft = evaluation_forms.check_form(yaml_reader.read_yaml(data).value, kind)
    except (RowsRefusedError, InvalidError) as error:
        built = form_building.read_built(access.current_offering(), kind)
        words = {"text": _said(error)}
        shown = data.decode(errors="replace")
        return _show(kind, built.definition, base, 422, errors=words, text=shown)
    return _show(kind, draft, base)


def _said(error: RowsRefusedError | InvalidError) -> str:
    if isinstance(error, InvalidError):
        return str(error)
    return " ".join(f"Line {each['row']}: {each['reason']}." for each in error.refused)


@of_each_kind(".yaml", "GET")
@access.staff(Role.COORDINATOR)
def download(code: str, kind: str) -> ResponseReturnValue:
    """Hand the saved form out as YAML."""
    built = form_building.read_built(access.current_offering(), FormKind(kind))
    text = yaml_reader.write_yaml(built.definition)
    response = Response(text, mimetype="application/yaml")
    name = f"{code}-{PLACES[FormKind(kind)]}.yaml"
    response.headers["Content-Disposition"] = f"attachment; filename={name}"
    return response


def _show(
    kind: FormKind, draft: Draft, base: str, status: int = 200, **context: Any
) -> Response:
    offering = access.current_offering()
    nothing: dict[str, Any] = {
        "errors": {},
        "preview": None,
        "text": None,
        "stale": None,
    }
    before = context.pop("before", None)
    return staff_page.show(
        "coordinator/form.html",
        status,
        section="Evaluation",
        kind=kind.value,
        title=TITLES[kind],
        built=form_building.read_built(offering, kind),
        draft=draft,
        base=base,
        sources=form_building.list_sources(offering, access.current_user(), kind),
        kinds=fields.KINDS,
        repeats=fields.REPEATS,
        choices_text=fields.choices_text,
        **(nothing | context | {"before": json.dumps(before) if before else None}),
    )
