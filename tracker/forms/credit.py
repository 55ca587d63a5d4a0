"""The forms of credit: licence numbers, and what an offering is accredited for."""

import uuid
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, SelectField, StringField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    NumberRange,
    Optional,
    Regexp,
)

from tracker.domain.credit import Rounding, plain_category
from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.services.credit_rules import Accreditation
from tracker.services.licences import LONGEST_NUMBER

ROUNDINGS = {
    Rounding.NEAREST_QUARTER.value: "to the nearest quarter",
    Rounding.DOWN_TO_HALF.value: "down to halves",
    Rounding.DOWN_TO_TENTH.value: "down to tenths",
    Rounding.DOWN_TO_WHOLE.value: "down to whole ones",
}


def _number() -> StringField:
    return StringField(
        "Licence number",
        filters=[strip],
        validators=[
            DataRequired("Write the number."),
            Length(
                max=LONGEST_NUMBER,
                message=f"Shorten this to {LONGEST_NUMBER} characters.",
            ),
            can_be_printed,
        ],
    )


def _line(label: str, missing: str = "", **kwargs: Any) -> StringField:
    return StringField(
        label,
        filters=[strip],
        validators=[
            DataRequired(missing) if missing else Optional(),
            Length(max=200, message="Shorten this to 200 characters."),
            can_be_printed,
        ],
        **kwargs,
    )


class Explaining(FlaskForm):
    """A form that says beside its fields what a service has refused."""

    def explain(self, error: InvalidError) -> None:
        """Put each sentence beside its field; what has none stands at the top."""
        for name, sentence in error.errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, sentence]
            else:
                self.form_errors.append(sentence)
        if not error.errors:
            self.form_errors.append(error.message)


class LicenceForm(Explaining):
    """A participant claims a number. The view fills in the jurisdictions."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    jurisdiction = SelectField(
        "Jurisdiction", validators=[InputRequired("Choose a jurisdiction.")]
    )
    number = _number()


class NumberForm(Explaining):
    """A claimed number is changed."""

    number = _number()


class AccreditationForm(Explaining):
    """What one jurisdiction credits; the rule is the coordinator's to answer for."""

    jurisdiction = _line("Jurisdiction", "Name the jurisdiction, such as Nebraska CLE.")
    line = _line("Line as it is printed", "Write the line, such as the approval.")
    unit = _line("Unit", "Name the unit, such as credits.")
    unit_minutes = IntegerField(
        "Minutes that make one",
        validators=[
            InputRequired("Enter minutes, such as 50 or 60."),
            NumberRange(1, 240, message="Enter minutes from 1 to 240."),
        ],
    )
    rounding = SelectField(
        "Rounded",
        choices=ROUNDINGS,
        validators=[InputRequired("Choose one.")],
    )
    minimum_minutes = IntegerField(
        "Least minutes that earn anything",
        default=0,
        validators=[
            InputRequired("Enter minutes; 0 for no minimum."),
            NumberRange(0, 1440, message="Enter minutes from 0 to 1440."),
        ],
    )
    categories = _line(
        "Kinds counted apart",
        description="As segments name them, with commas: ethics, bias.",
    )
    excluded_categories = _line("Kinds not counted", description="With commas, too.")
    approval = _line("Number of the approval")
    source = _line("Where the rule is written", "Say where the rule is written.")

    def fill(self, values: Accreditation) -> None:
        """Show an accreditation, or what an example gives of one."""
        for name, value in values.items():
            text = ", ".join(value) if isinstance(value, list) else value
            self[name].data = text

    def read(self) -> Accreditation:
        """Return what was entered, as an offering's file has it."""
        lists = {"categories", "excluded_categories"}
        return {
            field.name: _listed(field.data)
            if field.name in lists
            else field.data or 0
            if isinstance(field, IntegerField)
            else field.data or ""
            for field in self
            if field.name != "csrf_token"
        }


def _listed(text: str | None) -> list[str]:
    found = map(plain_category, (text or "").split(","))
    return list(dict.fromkeys(filter(None, found)))
