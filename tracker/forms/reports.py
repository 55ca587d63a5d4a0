"""Which days a report is about."""

from flask_wtf import FlaskForm
from wtforms import DateField
from wtforms.validators import InputRequired

from tracker.errors import InvalidError


class SpanForm(FlaskForm):
    """The first and the last day, both included."""

    first = DateField(
        "From", name="from", validators=[InputRequired("Enter the first day.")]
    )
    last = DateField("To", name="to", validators=[InputRequired("Enter the last day.")])

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
