"""The forms of signing in, and of accepting an invitation."""

import uuid

from flask_wtf import FlaskForm
from wtforms import EmailField, Field, HiddenField, PasswordField, StringField
from wtforms.validators import (
    AnyOf,
    InputRequired,
    Length,
    Optional,
    ValidationError,
)

from tracker.domain.names import clean_text, is_address, name_problem, text_problem
from tracker.domain.passphrases import MAXIMUM_LENGTH
from tracker.services.sign_in import As

MAXIMUM_ADDRESS = 254  # RFC 5321, 4.5.3.1.3
MAXIMUM_NAME = 200
# A passphrase of 200 code points may arrive in more, before it is normalised.
LONGEST_TYPED = 4 * MAXIMUM_LENGTH


def strip(text: str | None) -> str | None:
    """Drop the spaces that a phone's keyboard leaves behind."""
    return text.strip() if text else text


def has_address_shape(_form: FlaskForm, field: Field) -> None:
    """Refuse what cannot be an e-mail address."""
    if not is_address(field.data or ""):
        raise ValidationError("Write an e-mail address, like name@agency.org.")


def can_be_printed(_form: FlaskForm, field: Field) -> None:
    """Refuse text with control characters, or with those that turn it around."""
    text = clean_text(field.data or "")
    if problem := text_problem(text, len(text)):
        raise ValidationError(f"This {problem}.")


def can_be_shown(_form: FlaskForm, field: Field) -> None:
    """Refuse a name that cannot be printed."""
    if problem := name_problem(clean_text(field.data or "")):
        raise ValidationError(f"The name {problem}.")


class OnceForm(FlaskForm):
    """A form with a random id of its own: sent twice, it is answered alike."""

    form_id = HiddenField(default=lambda: uuid.uuid4().hex, validators=[Length(max=64)])


class EmailForm(OnceForm):
    """A participant asks for a code."""

    email = EmailField(
        "E-mail address",
        filters=[strip],
        validators=[
            InputRequired("Write your e-mail address."),
            Length(max=MAXIMUM_ADDRESS, message="This is too long for an address."),
            has_address_shape,
        ],
    )


class TypedCodeForm(OnceForm):
    """Somebody types the code that was sent to them."""

    code = StringField(
        "Code",
        filters=[strip],
        validators=[
            InputRequired("Type the code from the mail."),
            Length(max=40, message="This is longer than a code."),
        ],
    )


class CodeForm(TypedCodeForm):
    """A participant or an instructor signs in; who is both says as which."""

    sign_in_as = HiddenField(
        validators=[Optional(), AnyOf([each.value for each in As])]
    )

    def wanted(self) -> As | None:
        """Return as whom somebody wants to sign in, where they were asked."""
        return As(self.sign_in_as.data) if self.sign_in_as.data else None


class PassphraseForm(FlaskForm):
    """A member of staff signs in."""

    email = EmailField(
        "E-mail address",
        filters=[strip],
        validators=[
            InputRequired("Write your e-mail address."),
            Length(max=MAXIMUM_ADDRESS, message="This is too long for an address."),
            can_be_printed,
        ],
    )
    passphrase = PasswordField(
        "Passphrase",
        validators=[
            InputRequired("Write your passphrase."),
            Length(max=LONGEST_TYPED, message="This is longer than a passphrase."),
        ],
    )


class InstructorForm(FlaskForm):
    """Where an instructor's codes are sent; the service says what is wrong."""

    email = EmailField("E-mail address", filters=[strip])


class InvitationForm(FlaskForm):
    """A member of staff says their name and chooses a passphrase."""

    name = StringField(
        "Your name",
        description="As participants and colleagues should see it.",
        filters=[strip],
        validators=[
            InputRequired("Write your name."),
            Length(max=MAXIMUM_NAME, message="This is too long for a name."),
            can_be_shown,
        ],
    )
    passphrase = PasswordField(
        "Passphrase",
        description=(
            "At least 12 characters. Four or five words that nobody would guess "
            "are best; digits and signs are not needed."
        ),
        validators=[
            InputRequired("Choose a passphrase."),
            Length(max=LONGEST_TYPED, message="This is longer than a passphrase."),
        ],
    )
