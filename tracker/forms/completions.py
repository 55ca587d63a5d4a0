"""The forms of a prerequisite: certificates of it, waivers, and what is decided."""

import uuid

from flask_wtf.file import FileField, FileRequired
from wtforms import DateField, HiddenField, RadioField, StringField
from wtforms.validators import (
    DataRequired,
    InputRequired,
    Length,
    Optional,
    Regexp,
)

from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.credit import Explaining
from tracker.services.acts import LONGEST_REASON

SHORT = Length(
    max=LONGEST_REASON, message=f"Shorten this to {LONGEST_REASON} characters."
)
CONFIRM, DECLINE = "confirm", "decline"


class UploadForm(Explaining):
    """A participant uploads a certificate."""

    file = FileField(
        "PDF, PNG or JPEG, up to 5 MiB", validators=[FileRequired("Choose a file.")]
    )


class WaiverForm(Explaining):
    """A coordinator waives a prerequisite."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    reason = StringField(
        "Why",
        description="It stays on record, for coordinators to read.",
        filters=[strip],
        validators=[DataRequired("Say why in a few words."), SHORT, can_be_printed],
    )


class DecisionForm(Explaining):
    """A coordinator has looked at a certificate."""

    decision = RadioField(
        "Decision",
        choices={
            CONFIRM: "It shows that this person finished the course",
            DECLINE: "It does not",
        },
        validators=[InputRequired("Choose one.")],
    )
    completed_on = DateField(
        "Completed on",
        description="As the certificate says. Needed to confirm it.",
        validators=[Optional()],
    )
    answer = StringField(
        "Answer",
        description="The person reads it. Needed to decline it.",
        filters=[strip],
        validators=[Optional(), SHORT, can_be_printed],
    )

    def validate(self, extra_validators: object = None) -> bool:
        """Ask for what the decision needs."""
        is_valid = bool(super().validate(extra_validators))
        if self.decision.data == CONFIRM and not (
            self.completed_on.data or self.completed_on.errors
        ):
            self.completed_on.errors = ["Enter the day."]
            return False
        if self.decision.data == DECLINE and not self.answer.data:
            self.answer.errors = ["Say why in a few words."]
            return False
        return is_valid
