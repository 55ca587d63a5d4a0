"""From a kind of mail and its values to subject, text and HTML.

Subjects name nobody, no place and no topic, because they show on locked phones
(trust.md, I19). The HTML is the text once more: no image, no colour, nothing that
tells whether it was read.
"""

from collections.abc import Mapping

from flask import current_app

from tracker import links
from tracker.domain import mail_texts, mail_words
from tracker.domain.dates import span
from tracker.domain.mail_texts import Letter
from tracker.domain.mails import Kind
from tracker.models import Course, Offering


def write(
    kind: Kind, values: Mapping[str, str], course: Course | None = None
) -> Letter:
    """Write a mail of a kind, in the course's own words where it has any."""
    subject, text = words_of(kind, course)
    return fill(subject, text, values)


def words_of(kind: Kind, course: Course | None) -> tuple[str, str]:
    """Return the subject and text that hold for a course, unfilled.

    Own words with a placeholder that a later release does not know any more are not
    sent with a gap in them: the standard ones hold.
    """
    own = (course.mails or {}).get(kind) if course else None
    if own is None or not mail_words.can_be_filled(kind, own):
        return standard_words(kind)
    return own["subject"], own["text"]


def standard_words(kind: Kind) -> tuple[str, str]:
    """Return our own subject and text of a kind, unfilled."""
    loader, env = current_app.jinja_env.loader, current_app.jinja_env
    if loader is None:  # an application without templates has no mail either
        raise LookupError(kind)
    source, _, _ = loader.get_source(env, f"mail/{kind}.txt")
    return mail_texts.split_template(source)


def fill(subject: str, text: str, values: Mapping[str, str]) -> Letter:
    """Fill values into subject and text, and lay the text out as HTML."""
    paragraphs = mail_texts.fill_text(text, values)
    filled = mail_texts.fill_subject(subject, values)
    layout = current_app.jinja_env.get_template("mail/layout.html")
    return Letter(
        subject=filled,
        text=mail_texts.plain_text(paragraphs),
        html=layout.render(subject=filled, paragraphs=paragraphs),
        paragraphs=paragraphs,
    )


def usual_values(offering: Offering, name: str, path: str) -> dict[str, str]:
    """Return what every mail about an offering may say; `path` is where it leads."""
    return {
        "offering_code": offering.code,
        "days": span(offering.starts_on, offering.ends_on),
        "place": f"{offering.city}, {offering.state}",
        "name": name,
        "url": links.absolute(path),
    }
