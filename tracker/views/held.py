"""Every held scan of an offering in one list, decided one by one or together."""

from collections.abc import Sequence

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.scans import HELD_REASONS
from tracker.domain.schedule import Schedule
from tracker.errors import InvalidError
from tracker.forms.held import COUNT, OneForm, TogetherForm, read_chosen, read_ticked
from tracker.models import Enrollment, Scan, Segment
from tracker.models.staff import Role
from tracker.services import (
    enrollments,
    held_decisions,
    held_scans,
    schedules,
    segments,
)
from tracker.services.acts import Act
from tracker.services.held_decisions import Choice, Decided
from tracker.services.held_scans import HeldScan
from tracker.views import staff_page
from tracker.views.instructor import wished_page

PAGE_SIZE = 50
REASONS = {each.value: held_scans.reason_words(each) for each in sorted(HELD_REASONS)}

bp = Blueprint("held", __name__, url_prefix="/staff/offerings/<code>/held")


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """List what waits for a decision, filtered by reason and segment."""
    return _show(TogetherForm())


def _show(form: TogetherForm, status: int = 200) -> Response:
    offering = access.current_offering()
    schedule = schedules.schedule_of(offering)
    everything = held_scans.list_held(offering, schedule, _people())
    reason, segment = _wished("reason"), _wished("segment")
    found = [
        each
        for each in everything
        if reason in {"", each.reason} and segment in {"", str(each.segment)}
    ]
    last_page = max(-(-len(found) // PAGE_SIZE), 1)
    page = min(wished_page(), last_page)
    return staff_page.show(
        "coordinator/held.html",
        status,
        section="Attendance",
        form=form,
        scans=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        ticked=set(request.form.getlist("scan")),
        total=len(everything),
        found_count=len(found),
        reasons=_present(everything),
        segments=[(str(each.number), each.title) for each in schedule.held],
        wish={"reason": reason, "segment": segment},
        page=page,
        last_page=last_page,
    )


def _wished(name: str) -> str:
    """Read a filter; nonsense filters nothing."""
    value = request.args.get(name, "")
    if name == "reason":
        return value if value in REASONS else ""
    return value if value.isascii() and value.isdecimal() and len(value) < 6 else ""


def _present(scans: Sequence[HeldScan]) -> list[tuple[str, str, int]]:
    """Return the reasons that occur, each with its words and how often."""
    counts = {name: sum(each.reason == name for each in scans) for name in REASONS}
    return [(name, REASONS[name], count) for name, count in counts.items() if count]


def _people() -> list[tuple[str, str]]:
    rows = enrollments.list_enrollments(access.current_offering())
    return [(row.public_id, row.person.name) for row in rows]


@bp.post("")
@access.staff(Role.COORDINATOR)
def decide(code: str) -> ResponseReturnValue:
    """Decide all that is ticked, alike and for one reason."""
    form = TogetherForm()
    if not form.validate_on_submit():
        return _show(form, 422)
    offering = access.current_offering()
    try:
        choices = _choices(read_ticked(request.form))
        done = held_decisions.decide_together(
            offering,
            choices,
            counts=form.decision.data == COUNT,
            act=_act(form),
        )
    except InvalidError as error:
        form.explain(error)
        return _show(form, 422)
    db.session.commit()
    _say(done)
    back = url_for(
        ".index",
        code=code,
        reason=_wished("reason") or None,
        segment=_wished("segment") or None,
    )
    return redirect(back, 303)


def _act(form: TogetherForm | OneForm) -> Act:
    return Act(
        why=form.why(),
        uid=form.uid.data,
        user=access.current_user(),
        now=clock.now(),
    )


def _choices(uids: list[str]) -> list[Choice]:
    """Read each row's segment, and whose it is where that was chosen."""
    offering = access.current_offering()
    rows = {
        str(row.number): row
        for row in segments.read_segments(offering)
        if row.cancelled_at is None
    }
    people = {row.public_id: row for row in enrollments.list_enrollments(offering)}
    return [
        Choice(
            uid,
            rows.get(read_chosen(request.form, "segment", uid, rows) or ""),
            people.get(read_chosen(request.form, "person", uid, people) or ""),
        )
        for uid in uids
    ]


def _say(done: Decided) -> None:
    if done.count:
        flash(f"{done.count} decided.", "ok")
    if done.before:
        was = "was" if len(done.before) == 1 else "were"
        flash(f"{len(done.before)} {was} decided meanwhile by somebody else.", "info")
    for sentence in sorted(set(done.impossible.values())):
        times = sum(each == sentence for each in done.impossible.values())
        flash(f"{times} not decided: {sentence}", "warning")


@bp.get("/<scan>")
@access.staff(Role.COORDINATOR)
def ask(code: str, scan: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask whose one scan is, and whether it counts."""
    return _show_one(scan, OneForm())


def _show_one(uid: str, form: OneForm, status: int = 200) -> Response:
    offering = access.current_offering()
    schedule, people = schedules.schedule_of(offering), _people()
    _, held, is_open = held_scans.get_held(offering, uid, schedule, people)
    _fill(form, held, schedule, people)
    return staff_page.show(
        "coordinator/held_scan.html",
        status,
        section="Attendance",
        form=form,
        scan=held,
        is_open=is_open,
    )


def _fill(
    form: OneForm,
    held: HeldScan,
    schedule: Schedule,
    people: list[tuple[str, str]],
) -> None:
    """Offer the people with the likeliest first, and the segments of that day."""
    likely = list(held.people)
    others = [each for each in people if each not in likely]
    form.person.choices = [("", "Choose a person"), *likely, *others]
    known = held.segments or [(each.number, each.title) for each in schedule.held]
    form.segment.choices = [(number, f"{number}. {title}") for number, title in known]


@bp.post("/<scan>")
@access.staff(Role.COORDINATOR)
def decide_one(code: str, scan: str) -> ResponseReturnValue:
    """Decide one scan; a written name is given to its person with it."""
    offering, form = access.current_offering(), OneForm()
    schedule = schedules.schedule_of(offering)
    row, held, _ = held_scans.get_held(offering, scan, schedule)
    _fill(form, held, schedule, _people())
    if not form.validate_on_submit():
        return _show_one(scan, form, 422)
    segment = segments.get_segment(offering, form.segment.data)
    try:
        _decide_one(row, segment, form)
    except InvalidError as error:
        form.explain(error)
        return _show_one(scan, form, 422)
    db.session.commit()
    flash("The held scan is decided.", "ok")
    return redirect(url_for(".index", code=code), 303)


def _decide_one(row: Scan, segment: Segment, form: OneForm) -> None:
    act = _act(form)
    if form.decision.data == COUNT:
        held_decisions.count_held_scan(
            row, segment, act=act, enrollment=_chosen_person(form)
        )
    else:
        held_decisions.dismiss_held_scan(row, segment, act=act)


def _chosen_person(form: OneForm) -> Enrollment | None:
    if not form.person.data:
        return None
    return enrollments.get_by_public_id(access.current_offering(), form.person.data)
