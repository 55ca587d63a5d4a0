"""The forms of an offering's mail: a course's own words, switches, sending again."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, StringField, TextAreaField
from wtforms.validators import InputRequired, Optional, Regexp

from tracker.errors import InvalidError
from tracker.forms.accounts import strip


class WordsForm(FlaskForm):
    """Subject and text of a kind of mail; the service knows what they may hold."""

    subject = StringField(
        "Subject",
        description="It shows on locked phones: no name, no place, no topic.",
        filters=[strip],
        validators=[InputRequired("Write a subject.")],
    )
    text = TextAreaField(
        "Text",
        description="An empty line begins a new paragraph. A link in a paragraph of "
        "its own stands apart.",
        validators=[InputRequired("Write a text.")],
    )

    def words(self) -> tuple[str, str]:
        """Return what was typed."""
        return self.subject.data or "", self.text.data or ""

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in error.errors.items():
            self[name].errors = [*self[name].errors, sentence]


class SwitchesForm(FlaskForm):
    """Which mails go out by themselves; the names are those of the policy."""

    mails_incomplete = BooleanField(
        "Application not finished: once, two days after it was begun"
    )
    mails_day_before = BooleanField(
        "The day before: to everybody enrolled, at four in the afternoon there"
    )
    mails_evaluation_open = BooleanField(
        "Evaluation is open: to every participant, when it opens"
    )
    mails_missed_segment = BooleanField(
        "Missed segment: three days after the last day, to whoever still misses one"
    )
    mails_certificate_ready = BooleanField(
        "Certificate is ready: to whom it was issued"
    )

    def wanted(self) -> dict[str, bool]:
        """Return each switch by its name."""
        return {
            field.name: bool(field.data) for field in self if field.name != "csrf_token"
        }


class AgainForm(FlaskForm):
    """One mail to send again, by its id; without one, all of them."""

    mail = StringField(validators=[Optional(), Regexp(r"[0-9a-f-]{36}\Z")])
