"""A coordinator's credit: accreditations, statements, and lists for regulators."""

import re
from functools import partial

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db, reading, retrying
from tracker.errors import ConflictError, InvalidError
from tracker.forms.catalogue import RevokeForm
from tracker.models import CreditStatement, Enrollment
from tracker.models.staff import Role
from tracker.services import (
    audit,
    catalogue,
    credit_lists,
    credit_rules,
    credit_statements,
    schedules,
    statement_lists,
    statement_revocation,
    workbooks,
)
from tracker.services.audit import Actor
from tracker.services.credit_statements import Draft
from tracker.views import staff_page

bp = Blueprint(
    "credit", __name__, url_prefix="/staff/offerings/<code>/certificates/statements"
)

AT_ONCE = 100
"""Statements issued by one press: about ten seconds of typesetting."""
SECTION = "Certificates"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded it
    """List the statements, and per jurisdiction how many are due."""
    offering, now = access.current_offering(), clock.now()
    due = statement_lists.find_all_due(offering, now=now)
    carried = []
    for each in credit_rules.list_accreditations(offering):
        key = credit_rules.key_of(each["jurisdiction"], each["unit"])
        carried.append((key, each, len(due[key])))
    return staff_page.show(
        "coordinator/statements.html",
        section=SECTION,
        carried=carried,
        statements=statement_lists.list_of(offering),
    )


@bp.post("/issue")
@access.staff(Role.COORDINATOR)
def issue(code: str) -> ResponseReturnValue:
    """Issue what is due in a jurisdiction; each name that cannot be printed is told."""
    key = request.form.get("accreditation", "")
    credit_rules.chosen(access.current_offering(), key)
    actor = audit.actor_of(access.current_user())
    db.session.close()
    drafts, unfit = _draft_due(code, key)
    for enrollment_id, drafted in drafts:
        retrying(partial(_issue, actor, enrollment_id, key, drafted))
    if drafts:
        flash(f"Issued: {len(drafts)}.", "ok")
    elif not unfit:
        flash("Nothing is due now.", "info")
    for sentence in unfit:
        flash(sentence, "error")
    return redirect(url_for(".index", code=code), 303)


def _draft_due(code: str, key: str) -> tuple[list[tuple[int, Draft]], list[str]]:
    """Typeset what is due, under no lock; say whose name cannot be printed and why."""
    drafts, unfit = [], []
    now = clock.now()
    with reading():
        offering = catalogue.get_offering(code)
        schedule = schedules.schedule_of(offering)
        for each in statement_lists.find_due(offering, key, now=now)[:AT_ONCE]:
            row = each.enrollment
            try:
                drafted = credit_statements.draft(
                    row, each.standing, now=now, schedule=schedule
                )
            except ConflictError as error:
                unfit.append(f"{row.printed_name}: {error.message}")
            else:
                drafts.append((row.id, drafted))
        db.session.close()
    return drafts, unfit


def _issue(actor: Actor, enrollment_id: int, key: str, drafted: Draft) -> None:
    enrollment = db.session.get_one(Enrollment, enrollment_id)
    credit_statements.issue(
        enrollment, key, actor=actor, now=clock.now(), drafted=drafted
    )
    db.session.commit()


@bp.post("/list")
@access.staff(Role.COORDINATOR)
def export(code: str) -> ResponseReturnValue:
    """Give the attendee list of a jurisdiction; a POST, because it is logged."""
    kind = request.form.get("kind", "csv")
    if kind not in {"csv", "xlsx"}:
        raise InvalidError("Choose CSV or Excel.", {"kind": "Choose one."})
    jurisdiction, table = credit_lists.read_list(
        access.current_offering(),
        request.form.get("accreditation", ""),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    body: str | bytes = workbooks.csv_text(table)
    mimetype = "text/csv"
    if kind == "xlsx":
        body, mimetype = workbooks.xlsx_bytes({"Attendees": table}), XLSX
    slug = re.sub(r"[^a-z0-9]+", "-", jurisdiction.lower()).strip("-") or "credit"
    response = Response(body, mimetype=mimetype)
    name = f"{code}-{slug}.{kind}"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _load(statement: str) -> CreditStatement:
    return credit_statements.get_by_serial(statement, access.current_offering())


@bp.get("/<statement>/revoke")
@access.staff(Role.COORDINATOR)
def ask_revocation(code: str, statement: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Ask why a statement is to be revoked, naming it and whose it is."""
    return _show_revocation(_load(statement), RevokeForm())


def _show_revocation(
    statement: CreditStatement, form: RevokeForm, status: int = 200
) -> Response:
    return staff_page.show(
        "coordinator/revoke_statement.html",
        status,
        section=SECTION,
        statement=statement,
        form=form,
    )


@bp.post("/<statement>/revoke")
@access.staff(Role.COORDINATOR)
def revoke(code: str, statement: str) -> ResponseReturnValue:
    """Revoke a statement for good."""
    found, form = _load(statement), RevokeForm()
    if not form.validate_on_submit():
        return _show_revocation(found, form, 422)
    try:
        statement_revocation.revoke(
            found.serial,
            form.reason.data,
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
            offering=access.current_offering(),
        )
    except InvalidError as error:
        form.reason.errors = [error.message]
        return _show_revocation(found, form, 422)
    db.session.commit()
    flash(f"The statement {found.serial} is revoked.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/<statement>/issue")
@access.staff(Role.COORDINATOR)
def issue_again(code: str, statement: str) -> ResponseReturnValue:
    """Issue another statement after one was revoked: a coordinator's decision."""
    found = _load(statement)
    made = credit_statements.issue(
        found.enrollment,
        credit_rules.key_of(found.jurisdiction, found.unit),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
        is_decision=True,
    )
    db.session.commit()
    flash(f"The statement {made.serial} is issued.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/<statement>/pdf")
@access.staff(Role.COORDINATOR)
def download(code: str, statement: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Give a statement as it was issued; a POST, because it is logged."""
    found = _load(statement)
    audit.record(
        audit.actor_of(access.current_user()),
        "statement.download",
        {"serial": found.serial},
        access.current_offering(),
        now=clock.now(),
    )
    body = found.pdf
    db.session.commit()
    response = Response(body, mimetype="application/pdf")
    response.headers.set(
        "Content-Disposition", "attachment", filename=f"{found.serial}.pdf"
    )
    return response
