"""The forms of applying: the address, the code, the application, the team."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    EmailField,
    Field,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, Optional, Regexp

from tracker.domain.application_entry import ANSWER, ApplicationEntry
from tracker.domain.application_questions import (
    NO,
    YES,
    ApplicationQuestion,
    QuestionKind,
)
from tracker.domain.us_states import NAMES
from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip

OTHER = "other"
STATES = {"": "Choose a state", **NAMES, OTHER: "Somewhere else"}
WHO_SEES_IT = (
    "Only the coordinators of this offering see it, in case something changes at "
    "short notice. It is deleted 30 days after the last day."
)
UID = Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")
TEXTS = {
    "name": ("Your full name", "As it should stand on a certificate."),
    "agency": ("Agency or office", ""),
    "title": ("Title or position", ""),
    "county": ("County", "Leave it out if your work covers the whole state."),
    "supervisor_name": ("Name of your supervisor", ""),
    "supervisor_contact": ("How to reach them", "An e-mail address or a number."),
}


class UidForm(FlaskForm):
    """A button that does something once; sent twice, it is one step."""

    uid = HiddenField(default=lambda: uuid.uuid4().hex, validators=[UID])


class BeginForm(FlaskForm):
    """A button that begins an application for one offering."""

    offering = HiddenField(validators=[InputRequired(), Length(max=40), can_be_printed])


class Asked:
    """Mark a field that is asked for; the domain says whether it may be empty."""

    field_flags = {"required": True}

    def __call__(self, form: FlaskForm, field: Field) -> None:
        """Refuse nothing."""


def _text(name: str, *, is_asked: bool = True) -> StringField:
    label, description = TEXTS[name]
    validators = [Asked()] if is_asked else []
    return StringField(
        label, description=description, filters=[strip], validators=validators
    )


class ApplicationForm(UidForm):
    """What every application asks; `application_form` adds the course's own."""

    name = _text("name")
    agency = _text("agency")
    title = _text("title")
    discipline = RadioField("Your discipline", validators=[Optional(), Asked()])
    discipline_other = StringField("Your discipline, in your words", filters=[strip])
    state = SelectField(
        "The state you work in", choices=STATES, validators=[Optional(), Asked()]
    )
    state_other = StringField("Where you work", filters=[strip])
    county = _text("county", is_asked=False)
    phone = TelField("Mobile number", description=WHO_SEES_IT, filters=[strip])
    supervisor_name = _text("supervisor_name")
    supervisor_contact = _text("supervisor_contact")

    questions: Sequence[ApplicationQuestion] = ()

    def entry(self) -> ApplicationEntry:
        """Return what the form says."""
        texts = {name: self[name].data or "" for name in (*TEXTS, "phone")}
        answers = {
            each.key: self[ANSWER + each.key].data or "" for each in self.questions
        }
        return ApplicationEntry(
            discipline=self._chosen("discipline"),
            state=self._chosen("state"),
            answers=answers,
            **texts,
        )

    def _chosen(self, name: str) -> str:
        chosen = self[name].data or ""
        return (self[f"{name}_other"].data or "") if chosen == OTHER else chosen

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentences beside their fields."""
        for name, sentence in error.errors.items():
            is_other = name in {"discipline", "state"} and self[name].data == OTHER
            field = self[f"{name}_other" if is_other else name]
            field.errors = [*field.errors, sentence]

    def sentences(self) -> dict[str, str]:
        """Return what is wrong, by field."""
        return {name: " ".join(said) for name, said in self.errors.items() if name}


def application_form(
    audience: Sequence[str],
    questions: Sequence[ApplicationQuestion],
    *,
    entry: ApplicationEntry | None = None,
    fields: Mapping[str, str] | None = None,
) -> ApplicationForm:
    """Return the form of a course: as posted, or with `entry` filled in.

    `fields` instead are what a script has sent as JSON, with the token in a header.
    """
    own = {ANSWER + each.key: _question_field(each) for each in questions}
    kind = type("OwnApplicationForm", (ApplicationForm,), own)
    options: dict[str, Any] = {"data": _data_of(entry, audience)} if entry else {}
    if fields is not None:
        options = {"formdata": MultiDict(fields), "meta": {"csrf": False}}
    form: ApplicationForm = kind(**options)
    form.questions = questions
    form.discipline.choices = {**_same(audience), OTHER: "Something else"}
    return form


def _data_of(entry: ApplicationEntry, audience: Sequence[str]) -> dict[str, str]:
    data = {name: getattr(entry, name) for name in (*TEXTS, "phone")}
    data |= {ANSWER + key: text for key, text in entry.answers.items()}
    for name, known in (("discipline", audience), ("state", NAMES)):
        said = getattr(entry, name)
        is_other = bool(said) and said not in known
        data[name] = OTHER if is_other else said
        data[f"{name}_other"] = said if is_other else ""
    return data


def _question_field(question: ApplicationQuestion) -> Field:
    asked = [Asked()] if question.is_required else []
    if question.kind in _CHOICES:
        choices = _CHOICES[question.kind] or _same(question.choices)
        shape = [Optional(), *asked]
        return RadioField(question.label, choices=choices, validators=shape)
    kind = TextAreaField if question.kind is QuestionKind.LONG else StringField
    return kind(question.label, filters=[strip], validators=asked)


_CHOICES = {QuestionKind.CHOICE: {}, QuestionKind.YES_NO: {YES: "Yes", NO: "No"}}


def _same(words: Sequence[str]) -> dict[str, str]:
    return {each: each for each in words}


ROWS = 5
"""How many members a lead names at a time."""


class TeamForm(FlaskForm):
    """A lead names members of the team; empty rows say nothing."""

    def rows(self) -> list[tuple[str, str]]:
        """Return name and address of each row, empty ones too."""
        return [
            (self[f"name_{n}"].data or "", self[f"email_{n}"].data or "")
            for n in range(ROWS)
        ]

    def explain(self, error: InvalidError) -> None:
        """Put the service's sentences, by row and column, beside their fields."""
        for name, sentence in error.errors.items():
            if name:
                self[name].errors = [*self[name].errors, sentence]
            else:
                self.form_errors.append(sentence)


for _n in range(ROWS):
    _name = StringField(f"Name of member {_n + 1}", filters=[strip])
    _email = EmailField(f"Work e-mail of member {_n + 1}", filters=[strip])
    setattr(TeamForm, f"name_{_n}", _name)
    setattr(TeamForm, f"email_{_n}", _email)
