"""What every page that changes the schedule does: ask, show the effects, say so."""

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.forms.times import ChangeForm
from tracker.services import audit, effects, rescheduling, segment_histories, segments
from tracker.services.rescheduling import Basis, Proposal, Row
from tracker.views import staff_page

SECTION = "Schedule"
NOT_RESENT = {"csrf_token", "step", "version"}


def basis_of(form: ChangeForm) -> Basis:
    """Return what a sent form rests on."""
    actor = audit.actor_of(access.current_user())
    return Basis(int(form.version.data or 0), actor, clock.now())


def show_effects(
    proposal: Proposal,
    title: str,
    form: ChangeForm,
    status: int = 200,
    **context: Any,
) -> Response:
    """Say what a change would do, and carry what was sent on to its confirmation.

    The version goes as the form has it: that is what the effects were worked out for.
    """
    offering = access.current_offering()
    found = effects.read_effects(
        offering, proposal.before, proposal.after, now=clock.now()
    )
    sent = [
        pair for pair in request.form.items(multi=True) if pair[0] not in NOT_RESENT
    ]
    return staff_page.show(
        "coordinator/change.html",
        status,
        section=SECTION,
        heading=title,
        effects=found,
        sent=[*sent, ("version", form.version.data)],
        action=request.path,
        back=url_for("schedule.index", code=offering.code),
        **context,
    )


def renew(form: ChangeForm) -> None:
    """Let a form that came too late be sent again, against the schedule as it is."""
    offering = access.current_offering()
    form.version.data = str(rescheduling.read_version(offering))


def to_schedule(
    code: str, sentence: str, *, is_new: bool = True
) -> ResponseReturnValue:
    """Say what was done, and go back to the schedule."""
    flash(sentence if is_new else "It was so already.", "ok" if is_new else "info")
    return redirect(url_for("schedule.index", code=code), 303)


def propose(
    rows: Sequence[Row],
    form: ChangeForm,
    title: str,
    act: str,
    *,
    is_adding: bool = False,
    status: int = 200,
) -> Response:
    """Say what a change of segments would do; see `rescheduling.propose`."""
    proposal = rescheduling.propose(
        access.current_offering(), rows, basis=basis_of(form), is_adding=is_adding
    )
    return show_effects(
        proposal, title, form, status, act=act, rows=_rows_changed(proposal)
    )


def _rows_changed(proposal: Proposal) -> list[dict[str, Any]]:
    """Say of each segment what is different, for the page that asks."""
    offering = access.current_offering()
    names = {each.key: each.name for each in segments.list_instructors(offering)}
    zone = ZoneInfo(offering.timezone)
    return [
        {
            "number": new["number"],
            "title": new["title"],
            "differences": list(
                segment_histories.differences(
                    {"old": _unlike(old, new), "new": _unlike(new, old)}, names, zone
                )
            ),
        }
        for old, new in proposal.rows
    ]


def _unlike(row: Row | None, other: Row | None) -> Row:
    """Return the values of a row in which it is unlike the other."""
    return {
        name: value
        for name, value in (row or {}).items()
        if other is None or other[name] != value
    }
