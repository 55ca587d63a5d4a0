"""Codes sent by e-mail, to be typed in the browser that asked for them.

The browser keeps a secret in a cookie: only where both meet, a code works. Kept is a
keyed digest. `use` says what a code is for: none works for anything else
(trust.md, I20).
"""

import hmac
import secrets
from datetime import datetime, timedelta

import sqlalchemy as sa

from tracker import keys
from tracker.db import db, insert_into
from tracker.domain.names import normalise_address
from tracker.errors import GoneError
from tracker.keys import token_hash
from tracker.models import SignInCode

CODE_MINUTES = 30
TRIES = 5
# Twenty letters, none of them a vowel (no words) or like a digit: 34 bits in
# eight, typed without changing the phone's keyboard.
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
CODE_LENGTH = 8
# A double tap, or a second try after an answer that got lost.
REPEAT = timedelta(minutes=1)


def new_code() -> str:
    """Return a code that nobody guesses."""
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))


def typed_code(text: str) -> str:
    """Return a code as it was made, however it was typed."""
    return text.upper().replace(" ", "").replace("-", "")


def browser_secret(use: str, email: str, form_id: str) -> str:
    """Return what the browser keeps; the same form sent again gets the same.

    `form_id` is the form's own random id.
    """
    parts = (use, normalise_address(email), form_id or secrets.token_hex(32))
    return "mbro_" + keys.ring().digest("code browser", "\0".join(parts)).hex()


def digest(use: str, browser: str, code: str, form_id: str = "") -> bytes:
    """Keep a code so that the database alone does not give it away.

    Its 34 bits could be searched through behind a plain hash.
    """
    return keys.ring().digest("sign-in code", "\0".join((use, browser, code, form_id)))


def store(
    browser: str, code_hash: bytes, owners: dict[str, int | None], *, now: datetime
) -> bool:
    """Store a code, in one statement; False where it repeats a moment later."""
    expires_at = now + timedelta(minutes=CODE_MINUTES)
    values = {
        "code_hash": code_hash,
        "person_id": None,
        "user_id": None,
        **owners,
        "expires_at": expires_at,
        "try_count": 0,
        "used_at": None,
    }
    is_old = SignInCode.expires_at <= expires_at - REPEAT
    stored = insert_into(SignInCode).values(browser_hash=token_hash(browser), **values)
    stored = stored.on_conflict_do_update(
        index_elements=["browser_hash"],
        set_=values,
        where=is_old | SignInCode.used_at.is_not(None),
    )
    return db.session.scalar(stored.returning(SignInCode.id)) is not None


def count_try(browser: str, *, now: datetime) -> SignInCode | None:
    """Count before comparing, in one statement: two tries at once are two."""
    return db.session.scalar(
        sa.update(SignInCode)
        .where(
            SignInCode.browser_hash == token_hash(browser),
            SignInCode.expires_at > now,
            SignInCode.used_at.is_(None),
            SignInCode.try_count < TRIES,
        )
        .values(try_count=SignInCode.try_count + 1)
        .returning(SignInCode)
        .execution_options(synchronize_session=False, populate_existing=True)
    )


def is_right(row: SignInCode, wanted: bytes) -> bool:
    """Say whether a code that was tried is the one that was sent."""
    return hmac.compare_digest(row.code_hash, wanted)


def use_up(row: SignInCode, wanted: bytes, *, now: datetime) -> None:
    """Use a code up; `wanted` is its digest with the form that used it."""
    row.used_at, row.code_hash = now, wanted


def repeated(browser: str, wanted: bytes, form_id: str, *, now: datetime) -> SignInCode:
    """Return the code that this very form has used up a moment ago.

    Raises:
        GoneError: no code waits here: used, expired, five wrong tries, or asked
            for in another browser.
    """
    row = db.session.scalar(
        sa.select(SignInCode).where(
            SignInCode.browser_hash == token_hash(browser),
            SignInCode.used_at > now - REPEAT,
        )
    )
    if not row or not form_id or not is_right(row, wanted):
        raise GoneError("This code no longer works here. Ask for a new one.")
    return row
