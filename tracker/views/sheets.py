"""Paper: sign-in sheets and badges to print, signed sheets to type in."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import ConflictError, InvalidError
from tracker.forms.sheets import BadgesForm, PrintForm, TypeInForm
from tracker.models import Segment, SignInList
from tracker.models.staff import Role
from tracker.services import audit, rosters, segments, sheets, typed_sheets
from tracker.services.typed_sheets import Typed, TypedIn
from tracker.views import staff_page
from tracker.views.staff_page import TEACHING

bp = Blueprint("sheets", __name__, url_prefix="/staff/offerings/<code>/sheets")

EVERY_SEGMENT = 0


@bp.get("")
@access.staff(*TEACHING)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Offer what can be printed, and which signed sheets can be typed in."""
    return _show_index()


def _show_index(status: int = 200) -> Response:
    offering = access.current_offering()
    held = _held()
    return staff_page.show(
        "instructor/sheets.html",
        status,
        section="Overview",
        form=_print_form(held),
        badges_form=BadgesForm(),
        segments=held,
        printed=sheets.list_printed(offering),
    )


def _held() -> list[Segment]:
    found = segments.read_segments(access.current_offering())
    return [each for each in found if each.cancelled_at is None]


def _print_form(held: list[Segment]) -> PrintForm:
    form = PrintForm()
    numbered = [(each.number, f"Segment {each.number}") for each in held]
    form.segment.choices = [(EVERY_SEGMENT, "Every segment"), *numbered]
    wished = request.args.get("segment", "")
    if wished in {str(each.number) for each in held}:
        form.segment.data = int(wished)
    return form


@bp.post("/print")
@access.staff(*TEACHING)
def print_sheets(code: str) -> ResponseReturnValue:
    """Give sign-in sheets as PDF; a POST, because their order is kept and logged."""
    held = _held()
    form = _print_form(held)
    if not form.validate_on_submit():
        return _show_index(422)
    chosen = form.segment.data
    wanted = [each for each in held if chosen in {EVERY_SEGMENT, each.number}]
    pdf = sheets.sheet_pdf(
        access.current_offering(),
        wanted,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
        layout=form.layout(),
    )
    db.session.commit()
    part = f"-{chosen}" if chosen != EVERY_SEGMENT else ""
    return _pdf(pdf, f"{code}-sheets{part}.pdf")


@bp.post("/badges")
@access.staff(Role.COORDINATOR)
def print_badges(code: str) -> ResponseReturnValue:
    """Give everybody's badge as PDF; a POST, because the reading is logged."""
    form = BadgesForm()
    if not form.validate_on_submit():
        return _show_index(422)
    offering = access.current_offering()
    actor = audit.actor_of(access.current_user())
    rows = rosters.list_passes(offering, actor=actor, now=clock.now())
    pdf = rosters.badges_pdf(
        offering, rows, has_agency=form.agency.data, sheet=form.sheet.data
    )
    db.session.commit()
    return _pdf(pdf, f"{code}-badges.pdf")


def _pdf(data: bytes, name: str) -> Response:
    response = Response(data, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


@bp.get("/<int:number>")
@access.staff(*TEACHING)
def ask(code: str, number: int) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show a printed list's rows, to mark those that are signed."""
    segment = segments.get_segment(access.current_offering(), number)
    printed = _wished_list(request.args.get("sheet", ""))
    form = TypeInForm()
    form.sheet.data = printed.code
    return _show_rows(segment, printed, form)


def _wished_list(text: str) -> SignInList:
    """Return the list of the code typed, else the newest one.

    Raises:
        ConflictError: nothing has been printed, so nothing can be signed.
    """
    offering = access.current_offering()
    if text:
        return sheets.get_printed(offering, text)
    known = sheets.list_printed(offering)
    if not known:
        raise ConflictError("No sheet has been printed yet.")
    return known[0]


def _show_rows(
    segment: Segment, printed: SignInList, form: TypeInForm, status: int = 200
) -> Response:
    offering = access.current_offering()
    return staff_page.show(
        "instructor/type_in.html",
        status,
        section="Attendance",
        segment=segment,
        printed=printed,
        lists=sheets.list_printed(offering),
        rows=typed_sheets.read_rows(offering, segment, printed),
        asks_for_check_out=_asks_for_check_out(segment),
        form=form,
    )


@bp.post("/<int:number>")
@access.staff(*TEACHING)
def type_in(code: str, number: int) -> ResponseReturnValue:
    """Check in who has signed; what was in already stays and is said."""
    offering, form = access.current_offering(), TypeInForm()
    segment = segments.get_segment(offering, number)
    printed = _wished_list(form.sheet.data or "")
    last = len(printed.enrollments)
    form.rows.choices = [(each, str(each)) for each in range(1, last + 1)]
    if not form.validate_on_submit():
        return _show_rows(segment, printed, form, 422)
    try:
        done = typed_sheets.type_in(
            segment,
            printed,
            Typed(
                form.wanted(last),
                stayed=form.stayed.data and _asks_for_check_out(segment),
            ),
            uid=form.uid.data,
            user=access.current_user(),
            now=clock.now(),
        )
    except ValueError as problem:
        form.numbers.errors = [f"{str(problem).capitalize()}."]
        return _show_rows(segment, printed, form, 422)
    except InvalidError as error:
        form.numbers.errors = [error.message]
        return _show_rows(segment, printed, form, 422)
    db.session.commit()
    _say(done, f"{number}-{printed.code}")
    return redirect(url_for(".ask", code=code, number=number, sheet=printed.code), 303)


def _asks_for_check_out(segment: Segment) -> bool:
    """Say whether a sheet can tell who stayed: after the end, where that matters."""
    ends_at = segment.delivered_ends_at or segment.ends_at
    return segment.needs_check_out and ends_at <= clock.now()


def _say(done: TypedIn, name: str) -> None:
    count = len(done.recorded)
    people = "1 person" if count == 1 else f"{count} people"
    flash(f"{people} checked in by sheet {name}.", "ok" if count else "info")
    if done.already:
        flash(f"In already, left as they were: rows {_listed(done.already)}.", "info")
    for number, reason in done.refused:
        flash(f"Row {number} was left out: {reason}.", "warning")


def _listed(numbers: tuple[int, ...]) -> str:
    return ", ".join(map(str, numbers))
