"""The form of adding one person by hand."""

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, Optional

from tracker.errors import InvalidError
from tracker.forms.accounts import (
    MAXIMUM_ADDRESS,
    MAXIMUM_NAME,
    can_be_printed,
    can_be_shown,
    has_address_shape,
    strip,
)
from tracker.models.enrollment import EnrollmentKind
from tracker.services.walk_ins import Guest

KINDS = {
    EnrollmentKind.PARTICIPANT.value: "Participant",
    EnrollmentKind.OBSERVER.value: "Observer: no seat, no certificate",
    EnrollmentKind.GUEST.value: "Guest: no seat, no certificate",
}


class AddForm(FlaskForm):
    """Somebody is added at the desk. The view fills in the disciplines."""

    name = StringField(
        "Name",
        filters=[strip],
        validators=[
            InputRequired("Write the name, as it will be printed."),
            Length(max=MAXIMUM_NAME, message="This is too long for a name."),
            can_be_shown,
        ],
    )
    email = EmailField(
        "Work e-mail",
        description="They sign in with it; it is where the pass can be opened.",
        filters=[strip],
        validators=[
            InputRequired("Write the e-mail address."),
            Length(max=MAXIMUM_ADDRESS, message="This is too long for an address."),
            has_address_shape,
        ],
    )
    agency = StringField(
        "Agency",
        filters=[strip],
        validators=[Optional(), Length(max=200), can_be_printed],
    )
    discipline = SelectField("Discipline", validators=[Optional()])
    kind = RadioField(
        "Comes as",
        choices=KINDS,
        default=EnrollmentKind.PARTICIPANT.value,
        validators=[InputRequired("Choose one.")],
    )
    spare = StringField(
        "Spare badge",
        description="Its number or code, to give it to them at once.",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=100, message="This is no code of a badge."),
        ],
    )
    is_waitlist_asked = BooleanField("Nobody on the waitlist is here")

    def guest(self) -> Guest:
        """Return what was typed as services take it."""
        return Guest(
            name=self.name.data,
            email=self.email.data,
            agency=self.agency.data or "",
            discipline=self.discipline.data or "",
            kind=EnrollmentKind(self.kind.data),
        )

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        fields = {field.name: field for field in self}
        for name, sentence in error.errors.items():
            field = fields.get(name, self.name)
            field.errors = [*field.errors, sentence]
