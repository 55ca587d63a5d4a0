"""A participant's credit in one offering: hours per jurisdiction, and statements."""

from dataclasses import dataclass

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.db import db
from tracker.domain.dates import span
from tracker.models import CreditStatement
from tracker.services import (
    credit_hours,
    credit_standings,
    credit_statements,
    licences,
    schedules,
    statement_lists,
)
from tracker.services.audit import Actor
from tracker.services.credit_standings import CreditStanding

bp = Blueprint("own_credit", __name__, url_prefix="/me/offerings/<code>/credit")


@dataclass(frozen=True)
class OwnCredit:
    """One jurisdiction as its participant sees it."""

    standing: CreditStanding
    words: str
    licence: str
    statement: CreditStatement | None
    is_current: bool
    was_revoked: bool


@bp.get("")
@access.participant
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """Show the hours in each jurisdiction, and what its statement waits for."""
    enrollment, now = access.current_enrollment(), clock.now()
    offering = enrollment.offering
    schedule = schedules.schedule_of(offering)
    found = credit_standings.standings_of(enrollment, schedule, now=now)
    return web.page(
        "participant/credit.html",
        code=offering.code,
        stock=offering.stock,
        days=span(offering.starts_on, offering.ends_on),
        credits=[_own(each) for each in found],
        issued=statement_lists.list_of_enrollment(enrollment),
    )


def _own(standing: CreditStanding) -> OwnCredit:
    enrollment, hours = access.current_enrollment(), standing.hours
    place = hours["jurisdiction"], hours["unit"]
    live = credit_statements.find_live(enrollment, *place)
    licence = licences.number_of(enrollment.person, *place)
    return OwnCredit(
        standing=standing,
        words=credit_hours.spelled(hours),
        licence=licence,
        statement=live,
        is_current=live is not None
        and credit_statements.says_same(live, enrollment, standing, licence),
        was_revoked=live is None
        and credit_statements.was_revoked_by_decision(enrollment, standing),
    )


@bp.post("")
@access.participant
def issue(code: str) -> ResponseReturnValue:
    """Issue the own statement in a jurisdiction, or the newer one."""
    actor = Actor(f"person:{access.current_person().public_id}")
    made = credit_statements.issue(
        access.current_enrollment(),
        request.form.get("accreditation", ""),
        actor=actor,
        now=clock.now(),
    )
    db.session.commit()
    flash(f"The statement {made.serial} is issued.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/<statement>")
@access.participant
def download(code: str, statement: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Hand out an own statement's bytes as they were issued."""
    found = credit_statements.get_by_serial(
        statement, enrollment=access.current_enrollment()
    )
    response = Response(found.pdf, mimetype="application/pdf")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{found.serial}.pdf"
    )
    return response
