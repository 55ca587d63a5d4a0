"""An offering's mail: what did not arrive, what goes out by itself, in which words."""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import KINDS, Kind
from tracker.errors import InvalidError
from tracker.forms.mails import AgainForm, SwitchesForm, WordsForm
from tracker.models.staff import Role
from tracker.services import audit, letters, mail_switches, mail_words, undelivered
from tracker.views import staff_page

bp = Blueprint("mails", __name__, url_prefix="/staff/offerings/<code>/mail")

SECTION = "Mail"


@bp.get("")
@access.staff(Role.COORDINATOR)
def index(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show what did not arrive, what goes out by itself, and every kind of mail."""
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/mails.html",
        section=SECTION,
        undelivered=undelivered.list_undelivered(offering),
        undelivered_count=undelivered.count_undelivered(offering),
        waiting_count=undelivered.count_waiting(offering),
        switches=SwitchesForm(formdata=None, data=mail_switches.read(offering)),
        kinds=mail_words.list_kinds(offering),
    )


@bp.post("/again")
@access.staff(Role.COORDINATOR)
def send_again(code: str) -> ResponseReturnValue:
    """Queue what was given up once more: one mail, or all of them."""
    form = AgainForm()
    if not form.validate_on_submit():
        raise InvalidError("There is no such mail. Load the page again.")
    count = undelivered.send_again(
        access.current_offering(),
        form.mail.data or None,
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    if count:
        what = "1 mail is" if count == 1 else f"{count} mails are"
        flash(f"{what} on the way again.", "ok")
    else:
        flash("It is on the way already; nothing was sent twice.", "info")
    return redirect(url_for(".index", code=code), 303)


@bp.post("/switches")
@access.staff(Role.COORDINATOR)
def save_switches(code: str) -> ResponseReturnValue:
    """Turn mails that go out by themselves on and off."""
    form = SwitchesForm()
    if not form.validate_on_submit():
        raise InvalidError("Load the page again, and choose once more.")
    mail_switches.save(
        access.current_offering(),
        form.wanted(),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash("Kept. It holds from now on.", "ok")
    return redirect(url_for(".index", code=code), 303)


@bp.get("/words/<mail>")
@access.staff(Role.COORDINATOR)
def edit(code: str, mail: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show the words of a kind of mail as they are sent, to be changed."""
    kind, offering = mail_words.get_kind(mail), access.current_offering()
    subject, text = letters.words_of(kind, offering.course)
    words = {"subject": subject, "text": text}
    letter = mail_words.sample(offering, kind, words)
    return _show(kind, WordsForm(formdata=None, data=words), letter)


def _show(
    kind: Kind, form: WordsForm, letter: Letter | None = None, status: int = 200
) -> Response:
    offering = access.current_offering()
    return staff_page.show(
        "coordinator/mail_words.html",
        status,
        section=SECTION,
        kind=kind,
        about=KINDS[kind],
        form=form,
        letter=letter,
        course=offering.course,
        is_own=kind in (offering.course.mails or {}),
        placeholders=mail_words.list_placeholders(kind),
        own_address=access.current_user().email,
    )


@bp.post("/words/<mail>")
@access.staff(Role.COORDINATOR)
def save(code: str, mail: str) -> ResponseReturnValue:
    """Keep the words, or show or send a sample of them as they are typed."""
    kind, form = mail_words.get_kind(mail), WordsForm()
    offering = access.current_offering()
    if not form.validate_on_submit():
        return _show(kind, form, status=422)
    try:
        words = mail_words.check(offering, kind, *form.words())
    except InvalidError as error:
        form.explain(error)
        return _show(kind, form, status=422)
    letter = mail_words.sample(offering, kind, words)
    if request.form.get("act") == "preview":
        return _show(kind, form, letter)
    if request.form.get("act") == "test":
        return _send_sample(kind, form, letter)
    actor = audit.actor_of(access.current_user())
    mail_words.save(offering, kind, words, actor=actor, now=clock.now())
    db.session.commit()
    flash("Kept. Mails are sent like this from now on.", "ok")
    return redirect(url_for(".edit", code=code, mail=mail), 303)


def _send_sample(kind: Kind, form: WordsForm, letter: Letter) -> Response:
    """Send a sample to oneself; what is typed stays on the page, unsaved."""
    user, now = access.current_user(), clock.now()
    mail_words.spend_test(user, now=now)
    mail_words.send_sample(access.current_offering(), letter, user, now=now)
    db.session.commit()
    flash("A sample is on its way to you. The words are not kept yet.", "info")
    return _show(kind, form, letter)


@bp.post("/words/<mail>/standard")
@access.staff(Role.COORDINATOR)
def restore(code: str, mail: str) -> ResponseReturnValue:
    """Go back to the standard words."""
    mail_words.restore(
        access.current_offering(),
        mail_words.get_kind(mail),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash("The standard words hold again.", "info")
    return redirect(url_for(".edit", code=code, mail=mail), 303)
