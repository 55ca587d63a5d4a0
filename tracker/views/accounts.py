"""Signing in and out: participants with a code, staff with a passphrase."""

from datetime import datetime, timedelta

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from tracker import access, clock, links, web
from tracker.db import db
from tracker.domain.names import normalise_address
from tracker.domain.passphrases import passphrase_problem
from tracker.errors import GoneError, NotFoundError
from tracker.forms.accounts import (
    CodeForm,
    EmailForm,
    InvitationForm,
    PassphraseForm,
)
from tracker.services import (
    codes,
    limits,
    outbox,
    passphrases,
    sessions,
    sign_in,
    staff,
)
from tracker.views import browsers

bp = Blueprint("accounts", __name__)

MINUTE = 60


@bp.after_request
def keep_out_of_caches(response: Response) -> Response:
    """Keep these pages nowhere: they hold links and forms that work once."""
    response.headers["Cache-Control"] = "no-store"
    return response


@bp.get("/sign-in", endpoint="sign_in")
@access.public
def show_sign_in() -> ResponseReturnValue:
    """Ask for the e-mail address."""
    if access.find_person():
        return browsers.go(browsers.PARTICIPANT_HOME)
    return web.page("accounts/sign_in.html", form=EmailForm())


@bp.post("/sign-in")
@access.public
def request_code() -> ResponseReturnValue:
    """Send a code; the answer says nothing about whether the address is known."""
    now, form = clock.now(), EmailForm()
    if not form.validate_on_submit():
        return web.page("accounts/sign_in.html", 422, form=form)
    address = normalise_address(form.email.data)
    limits.spend(("code mail", address), 3 * MINUTE, 5, now=now)
    limits.spend(("code mails", browsers.network()), 2, 300, now=now)
    browser = sign_in.request_code(address, form.form_id.data, now=now)
    db.session.commit()
    response = redirect(url_for(".sign_in_code"), 303)
    lifetime = timedelta(minutes=codes.CODE_MINUTES)
    browsers.set_cookie(response, browsers.code_cookie_name(), browser, lifetime)
    return response


@bp.get("/sign-in/code", endpoint="sign_in_code")
@access.public
def show_code() -> ResponseReturnValue:
    """Ask for the code; opening this page uses nothing up."""
    if browsers.code_cookie_name() not in request.cookies:
        return redirect(url_for(".sign_in"))
    return _code_page(CodeForm())


def _code_page(form: CodeForm, status: int = 200) -> Response:
    return web.page(
        "accounts/code.html",
        status,
        form=form,
        minutes=codes.CODE_MINUTES,
        shows_mail_here=shows_mail_here(),
    )


@bp.post("/sign-in/code")
@access.public
def enter_code() -> ResponseReturnValue:
    """Sign a participant or an instructor in with the code that was sent.

    Who is both is asked as whom, once the code is right and before it is used.
    """
    now, form = clock.now(), CodeForm()
    limits.spend(("codes", browsers.network()), 1, 600, now=now)
    db.session.commit()
    if not form.validate_on_submit():
        return _code_page(form, 422)
    browser = request.cookies.get(browsers.code_cookie_name(), "")
    try:
        tried = sign_in.try_code(
            browser,
            form.code.data,
            form.form_id.data,
            now=now,
            wanted=form.wanted(),
        )
    except GoneError:
        return code_gone(url_for(".sign_in"))
    owner = tried.person or tried.user
    if owner is None or (tried.person and tried.user):
        db.session.commit()  # a try counts
        return _wrong_code(form, tried.tries_left) if owner is None else _choice(form)
    return browsers.begin_code_session(owner, now)


def _choice(form: CodeForm) -> Response:
    return web.page("accounts/code_choice.html", form=form)


def _wrong_code(form: CodeForm, tries_left: int) -> Response:
    if tries_left == 0:
        return code_gone(url_for(".sign_in"))
    form.code.errors = [wrong_code(tries_left)]
    return _code_page(form, 422)


def code_gone(again: str) -> Response:
    """Say that a code no longer works, and where to ask for another."""
    return web.page("accounts/code_gone.html", 410, again=again)


def wrong_code(tries_left: int) -> str:
    """Say that a code is wrong, and how often another may be tried."""
    tries = "one try" if tries_left == 1 else f"{tries_left} tries"
    return f"This is not the code that was sent. You have {tries} left."


@bp.get("/staff/sign-in", endpoint="staff_sign_in")
@access.public
def show_staff_sign_in() -> ResponseReturnValue:
    """Ask for e-mail address and passphrase."""
    if access.find_user() and not access.is_by_code():
        return browsers.go(browsers.staff_home())
    return web.page("accounts/staff_sign_in.html", form=PassphraseForm())


@bp.post("/staff/sign-in")
@access.public
def enter_passphrase() -> ResponseReturnValue:
    """Sign a member of staff in; refusals are all the same and take the same time."""
    now, form = clock.now(), PassphraseForm()
    if not form.validate_on_submit():
        return web.page("accounts/staff_sign_in.html", 422, form=form)
    address = normalise_address(form.email.data)
    limits.spend(("passphrase", address), 90, 10, now=now)
    limits.spend(("passphrases", browsers.network()), 3, 200, now=now)
    user = staff.find_user_by_email(address)
    db.session.commit()  # the try counts; and no lock is held while hashing
    if not passphrases.is_passphrase_of(user, form.passphrase.data) or user is None:
        form.passphrase.errors = ["E-mail address or passphrase is not right."]
        return web.page("accounts/staff_sign_in.html", 422, form=form)
    if passphrases.needs_rehash(user):
        user.passphrase_hash = passphrases.hash_passphrase(form.passphrase.data)
    return browsers.begin_staff_session(user, now)


@bp.get("/staff/invitation/<token>", endpoint="invitation")
@access.public
def show_invitation(token: str) -> ResponseReturnValue:
    """Show the form of an invitation; opening the link uses nothing up."""
    try:
        user = staff.get_invited(token, now=clock.now())
    except GoneError:
        return _invitation_gone()
    return _invitation_page(InvitationForm(), user.email)


def _invitation_page(form: InvitationForm, email: str, status: int = 200) -> Response:
    return web.page("accounts/invitation.html", status, form=form, email=email)


def _invitation_gone() -> Response:
    """Answer the same for a link that was used, replaced, expired or invented."""
    return web.page("accounts/invitation_gone.html", 410)


@bp.post("/staff/invitation/<token>")
@access.public
def accept_invitation(token: str) -> ResponseReturnValue:
    """Set name and passphrase, and sign in."""
    now, form = clock.now(), InvitationForm()
    limits.spend(("invitation", token), MINUTE, 10, now=now)
    db.session.commit()
    is_filled_in = form.validate_on_submit()
    try:
        invited = staff.get_invited(token, now=now)
    except GoneError:
        return _repeat_acceptance(token, form, now)
    db.session.commit()  # no lock is held while hashing
    problem = passphrase_problem(form.passphrase.data or "", invited.email)
    if is_filled_in and problem:
        form.passphrase.errors = [f"This passphrase {problem}."]
    if not is_filled_in or problem:
        return _invitation_page(form, invited.email, 422)
    hashed = passphrases.hash_passphrase(form.passphrase.data)
    user = staff.accept_invitation(token, form.name.data, hashed, now=now)
    return browsers.begin_staff_session(user, now)


def _repeat_acceptance(
    token: str, form: InvitationForm, now: datetime
) -> ResponseReturnValue:
    """Answer the same form again where it has just been accepted."""
    user = staff.find_just_accepted(token, now=now)
    db.session.commit()
    if user and passphrases.is_passphrase_of(user, form.passphrase.data or ""):
        return browsers.begin_staff_session(user, now)
    return _invitation_gone()


@bp.post("/sign-out")
@access.public
def sign_out() -> ResponseReturnValue:
    """End the session on the server, and forget its cookie."""
    sessions.end_session(browsers.session_token(), now=clock.now())
    db.session.commit()
    flash("You are signed out.", "success")
    response = browsers.go(browsers.FRONT_PAGE)
    browsers.forget_cookie(response, access.session_cookie_name())
    return response


@bp.get("/local-mail")
@access.public
def local_mail() -> ResponseReturnValue:
    """Show the mails of a server that has nowhere to send them, on its own machine."""
    if not shows_mail_here():
        raise NotFoundError
    return web.page("accounts/local_mail.html", messages=outbox.list_recent(50))


def shows_mail_here() -> bool:
    """Say whether mail that is sent nowhere is shown to this caller."""
    settings = links.settings()
    has_nowhere_to_go = settings.is_local and settings.mail_url is None
    return has_nowhere_to_go and access.is_local_caller()
