"""What tests do with pages of signing in: fill in forms, read answers and mail."""

import re

import sqlalchemy as sa

from tracker.models import OutboxMessage, SignInSession


def hidden(page):
    """The hidden fields of a page's first form."""
    found = re.findall(
        r'<input[^>]*name="(csrf_token|form_id)"[^>]*value="([^"]*)"', page.text
    )
    return dict(found)


def send(client, address, page=None, **fields):
    """Fill in the form of a page, as a browser does, and send it."""
    page = page or client.get(address)
    return client.post(address, data={**hidden(page), **fields})


def errors_of(page):
    """The sentences beside the fields of a form."""
    return re.findall(r'field__error"[^>]*><span>(.*?)</span>', page.text)


def neutral(answer):
    """An answer without what is random in every answer."""
    headers = [(n, v) for n, v in answer.headers if n not in {"Set-Cookie", "Date"}]
    cookies = [re.sub(r"=[^;]*;", ";", c, count=1) for c in cookies_of(answer)]
    text = re.sub(r'value="[^"]*"', "", answer.text)
    return answer.status, headers, cookies, text


def cookies_of(answer):
    """The cookies that an answer sets, without the machine's own date."""
    cookies = answer.headers.getlist("Set-Cookie")
    return [re.sub(r"Expires=[^;]*; ", "", cookie) for cookie in cookies]


def ask_for_code(client, session, email):
    """Ask for a code; gives what the newest mail says."""
    answer = send(client, "/sign-in", email=email)
    assert (answer.status_code, answer.location) == (303, "/sign-in/code")
    return sent_code(session)


def sent_code(session):
    """The code in the newest mail, sent to somebody or not."""
    newest = sa.select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)
    text = session.scalars(newest).one().payload["text"]
    return next(line.strip() for line in text.splitlines() if line.startswith("    "))


def live_sessions(session):
    """The sessions that have not been ended, oldest first."""
    session.expire_all()
    found = session.scalars(sa.select(SignInSession).order_by(SignInSession.id))
    return [row for row in found if row.ended_at is None]
