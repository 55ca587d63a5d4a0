"""The forms of held scans: several decided together, or one with whose it is."""

from collections.abc import Container

from werkzeug.datastructures import MultiDict
from wtforms import RadioField, SelectField
from wtforms.validators import InputRequired, Optional

from tracker.errors import InvalidError
from tracker.forms.attendance import WhyForm, is_id

COUNT, DISMISS = "count", "dismiss"
MOST_TOGETHER = 200


class TogetherForm(WhyForm):
    """Several held scans are decided alike; the rows send their own fields."""

    decision = RadioField(
        "Decision",
        choices={COUNT: "Let them count", DISMISS: "Do not count them"},
        validators=[InputRequired("Choose one.")],
    )


class OneForm(WhyForm):
    """One held scan is decided. The view fills in the people and the segments."""

    person = SelectField(
        "Whose scan it is",
        description="Needed to let it count.",
        validate_choice=False,
        validators=[Optional(), is_id],
    )
    segment = SelectField(
        "Segment", coerce=int, validators=[InputRequired("Choose a segment.")]
    )
    decision = RadioField(
        "Decision",
        choices={COUNT: "Let it count", DISMISS: "Do not count it"},
        validators=[InputRequired("Choose one.")],
    )


def read_ticked(sent: MultiDict[str, str]) -> list[str]:
    """Return the ids of the scans that are ticked.

    Raises:
        InvalidError: none is, or more than a page shows.
    """
    ticked = list(dict.fromkeys(sent.getlist("scan")))
    if not ticked:
        raise _refusal("Tick the scans to decide.")
    if len(ticked) > MOST_TOGETHER:
        raise _refusal(f"Decide {MOST_TOGETHER} at once at most.")
    return ticked


def read_chosen(
    sent: MultiDict[str, str], name: str, uid: str, known: Container[str]
) -> str | None:
    """Return what a row's own list says; None where it says nothing.

    Raises:
        InvalidError: it is nothing that the page offered.
    """
    value = sent.get(f"{name}-{uid}", "")
    if value and value not in known:
        raise _refusal("Load the page again and choose from its lists.")
    return value or None


def _refusal(message: str) -> InvalidError:
    return InvalidError(message, {"scan": message})
