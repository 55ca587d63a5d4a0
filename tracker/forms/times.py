"""Wall times in forms, and the question which is meant where one comes twice."""

from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, RadioField, StringField
from wtforms.validators import InputRequired, Length, Optional, Regexp
from wtforms.widgets import DateTimeLocalInput

from tracker.domain.local_times import (
    TwiceError,
    WallTime,
    Which,
    choices_at,
    resolve,
    write_wall_time,
)
from tracker.errors import InvalidError
from tracker.forms.accounts import strip

CONFIRM = "confirm"
SERVICE_NAMES = {"required": "is_required", "check_out": "needs_check_out"}


class ChangeForm(FlaskForm):
    """A change of the schedule: against which version of it, asked or confirmed.

    Sent once, it is answered with what it would change; sent again with
    `step=confirm`, it acts.
    """

    version = HiddenField(
        validators=[Regexp(r"[0-9]{1,15}\Z", message="Load the page again.")]
    )
    step = HiddenField(
        validators=[Regexp(rf"({CONFIRM})?\Z", message="Load the page again.")]
    )

    @property
    def is_confirmed(self) -> bool:
        """Whether the person has seen what it changes."""
        return bool(self.step.data == CONFIRM)

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        fields = {field.name: field for field in self}
        for name, sentence in error.errors.items():
            field = fields.get(SERVICE_NAMES.get(name, name), self.version)
            field.errors = [*field.errors, f"This {sentence}."]


class WallTimeField(StringField):
    """A day and a time on the clocks of the place."""

    widget = DateTimeLocalInput()

    def __init__(self, label: str, **kwargs: Any) -> None:
        """Take what a browser sends for a day and a time, or what somebody types."""
        validators = kwargs.pop(
            "validators", [InputRequired("Enter a day and a time.")]
        )
        limit = Length(max=30, message="This is no time.")
        super().__init__(label, [*validators, limit], filters=[strip], **kwargs)

    def _value(self) -> str:
        return str(self.data or "")


def which_field() -> RadioField:
    """Make the question which of two equal times is meant; the form fills it in."""
    return RadioField(
        "Which one", choices=[], validators=[Optional()], validate_choice=False
    )


class TimesForm(ChangeForm):
    """Two wall times; where one comes twice, the form asks which is meant."""

    starts_at = WallTimeField("Starts")
    starts_which = which_field()
    ends_at = WallTimeField("Ends")
    ends_which = which_field()

    def fill_times(self, zone: ZoneInfo, **moments: Any) -> None:
        """Show these moments (`starts_at`, `ends_at`) as wall times of `zone`."""
        for name, moment in moments.items():
            if moment is not None:
                typed = write_wall_time(moment, zone)
                self[name].data = typed.text
                self._ask(name, choices_at(moment, zone), typed.which)

    def read_times(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return the moments that the times mean; None for those left empty.

        Raises:
            InvalidError: says beside which field what is amiss; a time that comes
                twice is asked about from then on.
        """
        found: dict[str, Any] = {}
        errors: dict[str, str] = {}
        for name in ("starts_at", "ends_at"):
            try:
                found[name] = self._read(name, zone)
            except ValueError as problem:
                errors[name] = f"time {problem}"
        if errors:
            raise InvalidError("These are no times.", errors)
        return found

    def _read(self, name: str, zone: ZoneInfo) -> Any:
        text = self[name].data
        if not text:
            return None
        chosen = self._which(name).data
        which = Which(chosen) if chosen in set(Which) else None
        try:
            moment = resolve(WallTime(text, which), zone)
        except TwiceError as error:
            self._ask(name, error.choices, None)
            raise
        self._ask(name, choices_at(moment, zone), which)
        return moment

    def _ask(self, name: str, choices: dict[Which, str], which: Which | None) -> None:
        field = self._which(name)
        if len(choices) < 2:
            field.choices, field.data = [], None
            return
        field.choices = [
            (each.value, words.capitalize()) for each, words in choices.items()
        ]
        field.data = which.value if which else None

    def _which(self, name: str) -> Field:
        return self[name.replace("_at", "_which")]
