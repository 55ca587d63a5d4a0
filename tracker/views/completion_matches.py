"""Coordinators match rows of a report with their people, or dismiss them."""

from collections.abc import Callable

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.forms.completion_imports import MatchForm
from tracker.models import Completion
from tracker.models.staff import Role
from tracker.services import completion_matches, prerequisites
from tracker.views import staff_page
from tracker.views.instructor import LONGEST_SEARCH

bp = Blueprint(
    "completion_matches",
    __name__,
    url_prefix="/staff/offerings/<code>/prerequisite/rows",
)


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show rows that may be about this offering's people, and those matched."""
    offering = access.current_offering()
    search = request.args.get("q", "").strip()[:LONGEST_SEARCH]
    return staff_page.show(
        "coordinator/report_rows.html",
        section="People",
        prerequisite=prerequisites.get_prerequisite(offering),
        rows=completion_matches.list_unmatched(offering, search),
        total=completion_matches.count_unmatched(offering),
        matched=completion_matches.list_matched(offering),
        least=completion_matches.LEAST_LETTERS,
        most=completion_matches.MOST_SHOWN,
        search=search,
    )


def _load(row: str) -> Completion:
    return completion_matches.get_row(access.current_offering(), row)


@bp.get("/<row>")
@access.staff(Role.COORDINATOR)
def ask(code: str, row: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask whose row it is."""
    return _show(_load(row), _form())


def _form() -> MatchForm:
    form = MatchForm()
    people = prerequisites.find_people(access.current_offering())
    form.person.choices = [("", "Choose somebody")] + [
        (each.public_id, f"{each.name}, {each.agency}" if each.agency else each.name)
        for each in people
    ]
    return form


def _show(row: Completion, form: MatchForm, status: int = 200) -> Response:
    return staff_page.show(
        "coordinator/report_row.html", status, section="People", row=row, form=form
    )


@bp.post("/<row>")
@access.staff(Role.COORDINATOR)
def match(code: str, row: str) -> ResponseReturnValue:
    """Match a row with a person of the offering."""
    found, form, offering = _load(row), _form(), access.current_offering()
    if not form.validate_on_submit():
        return _show(found, form, 422)
    person = prerequisites.get_person(offering, form.person.data)
    completion_matches.match(
        offering, found, person, user=access.current_user(), now=clock.now()
    )
    db.session.commit()
    flash("The row is matched.", "ok")
    return redirect(url_for(".index", code=code), 303)


def _act(
    act: Callable[..., None], code: str, row: str, said: str
) -> ResponseReturnValue:
    offering, user = access.current_offering(), access.current_user()
    act(offering, _load(row), user=user, now=clock.now())
    db.session.commit()
    flash(said, "info")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/<row>/undo")
@access.staff(Role.COORDINATOR)
def undo(code: str, row: str) -> ResponseReturnValue:
    """Take a match back."""
    return _act(completion_matches.undo, code, row, "The row is nobody's again.")


@bp.post("/<row>/dismiss")
@access.staff(Role.COORDINATOR)
def dismiss(code: str, row: str) -> ResponseReturnValue:
    """Let a row count for nobody."""
    return _act(completion_matches.dismiss, code, row, "The row counts for nobody.")


@bp.post("/<row>/restore")
@access.staff(Role.COORDINATOR)
def restore(code: str, row: str) -> ResponseReturnValue:
    """Take a dismissal back."""
    return _act(completion_matches.restore, code, row, "The row counts again.")
