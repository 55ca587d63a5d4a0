"""Which days a report is about."""

from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired

from tracker.errors import InvalidError


class DayField(DateField):
    """A day, as a browser sends it or as somebody types it."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; say how to write it where it is none."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Write the day like this: 2026-11-30.") from None


class SpanForm(FlaskForm):
    """The first and the last day, both included."""

    first = DayField(
        "From", name="from", validators=[InputRequired("Enter the first day.")]
    )
    last = DayField("To", name="to", validators=[InputRequired("Enter the last day.")])

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        for field in (self.first, self.last):
            if field.name in error.errors:
                field.errors = [*field.errors, error.errors[field.name]]


class AskedSpanForm(SpanForm):
    """The same, asked for in an address: it changes nothing and needs no token."""

    class Meta:
        """Settings of the form."""

        csrf = False
