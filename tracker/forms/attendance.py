"""The forms of staff's changes to attendance; each carries its own id."""

import uuid
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Direction
from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.models.attendance import Evidence, ReasonChip
from tracker.services.acts import LONGEST_REASON, Why
from tracker.services.histories import CHIPS, EVIDENCE
from tracker.services.make_ups import Proof

# The ids of people and scans; anything else is not even looked up.
is_id = Regexp(r"[A-Za-z0-9_.:-]{1,64}\Z", message="Load the page again.")


def _choices(*chips: ReasonChip) -> dict[str, str]:
    return {chip.value: CHIPS[chip] or "Other" for chip in chips}


# Why something is taken back, or decided otherwise.
CHANGE_CHIPS = _choices(ReasonChip.MISTAKE, ReasonChip.SEEN_IN_ROOM, ReasonChip.OTHER)
# Why somebody is checked in by hand: nobody is checked in "by mistake".
CHECK_IN_CHIPS = _choices(*(chip for chip in CHIPS if chip != ReasonChip.MISTAKE))


class WhyForm(FlaskForm):
    """The reason of a correction, and the id that makes a second tap harmless."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    chip = RadioField(
        "Reason",
        choices=CHANGE_CHIPS,
        validators=[InputRequired("Choose a reason.")],
    )
    reason = StringField(
        "In a few words",
        description="Needed with “Other”. Colleagues and auditors read it.",
        filters=[strip],
        validators=[
            Optional(),
            Length(max=LONGEST_REASON, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )

    def why(self) -> Why:
        """Return the reason as services take it."""
        return Why(ReasonChip(self.chip.data), self.reason.data or "")

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        fields = {field.name: field for field in self}
        for name, sentence in error.errors.items():
            field = fields.get(name, self.reason)
            field.errors = [*field.errors, sentence]


class CheckInForm(WhyForm):
    """Somebody is checked in, or out, by hand. The view fills in people and segments.

    Leaving is offered only where a segment asks for check-out, and only there is
    `end` a time to choose.
    """

    # A person of another offering is looked up, and then does not exist.
    person = SelectField(
        "Person",
        validate_choice=False,
        validators=[InputRequired("Choose a person."), is_id],
    )
    segment = SelectField(
        "Segment", coerce=int, validators=[InputRequired("Choose a segment.")]
    )
    direction = RadioField(
        "What happened",
        choices={Direction.IN.value: "Came in", Direction.OUT.value: "Left"},
        default=Direction.IN.value,
        validators=[InputRequired("Choose one.")],
    )
    when = RadioField(
        "When",
        choices={
            "now": "Now",
            "start": "When the segment started",
            "end": "When the segment ended",
            "other": "At another time",
        },
        default="now",
        validators=[InputRequired("Choose when.")],
    )
    at = StringField(
        "Time",
        description="Where the offering is held. Only with “At another time”.",
        filters=[strip],
        validators=[Optional(), Length(max=30, message="This is no time.")],
    )
    back = HiddenField(validators=[Optional(), Length(max=10)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the reasons that fit a check-in."""
        super().__init__(*args, **kwargs)
        self.chip.choices = CHECK_IN_CHIPS

    def offer_arriving_only(self) -> None:
        """Leave out what only a check-out needs."""
        self.direction.choices = {Direction.IN.value: "Came in"}
        self.when.choices = {
            value: words for value, words in self.when.choices.items() if value != "end"
        }


class MarkForm(WhyForm):
    """Somebody is excused from a segment, or taught it."""

    kind = RadioField(
        "What holds",
        choices={
            CorrectionKind.EXCUSE.value: "Excused: still to be made up",
            CorrectionKind.TAUGHT.value: "Taught this segment: counts",
        },
        validators=[InputRequired("Choose one.")],
    )
    chip = RadioField(
        "Reason",
        choices=_choices(ReasonChip.OTHER),
        default=ReasonChip.OTHER.value,
    )
    reason = TextAreaField(
        "Reason",
        filters=[strip],
        validators=[
            DataRequired("Say why in a few words."),
            Length(max=LONGEST_REASON, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )


class MakeUpForm(FlaskForm):
    """A missed segment was made up; the evidence is the reason."""

    uid = HiddenField(
        default=lambda: uuid.uuid4().hex,
        validators=[Regexp(r"[0-9a-f]{32}\Z", message="Load the page again.")],
    )
    kind = RadioField(
        "Evidence",
        choices={kind.value: words for kind, words in EVIDENCE.items()},
        validators=[InputRequired("Choose one.")],
    )
    offering = StringField(
        "Offering",
        description="Its code, to have the check-in there looked up. Else leave it.",
        filters=[strip],
        validators=[Optional(), Length(max=40, message="This is no code."), is_id],
    )
    segment = StringField(
        "Segment there",
        filters=[strip],
        validators=[
            Optional(),
            Regexp(r"[0-9]{1,3}\Z", message="Write the segment's number."),
        ],
    )
    words = TextAreaField(
        "In a few words",
        description="When, where, with whom, and where the paper is kept.",
        filters=[strip],
        validators=[
            DataRequired("Say what the make-up rests on."),
            Length(max=LONGEST_REASON, message="Shorten this to 500 characters."),
            can_be_printed,
        ],
    )

    def why(self) -> Why:
        """Return the reason as services take it."""
        return Why(ReasonChip.OTHER, self.words.data)

    def proof(self) -> Proof:
        """Return the evidence as services take it."""
        return Proof(
            kind=Evidence(self.kind.data),
            words=self.words.data,
            offering=self.offering.data or "",
            segment=int(self.segment.data) if self.segment.data else None,
        )

    def explain(self, error: InvalidError) -> None:
        """Put a service's sentences beside the fields that they belong to."""
        fields = {field.name: field for field in self}
        for name, sentence in error.errors.items():
            field = fields.get(name, self.words)
            field.errors = [*field.errors, sentence]


class VoidForm(WhyForm):
    """Something is taken out of account; `revokes` is the certificate it ends."""

    revokes = HiddenField(validators=[Optional(), Length(max=32)])


class HeldForm(WhyForm):
    """A held scan counts, or does not. The view fills in the segments."""

    scan = HiddenField(validators=[InputRequired(), is_id])
    decision = RadioField(
        "Decision",
        choices={"count": "Count it", "dismiss": "Do not count it"},
        validators=[InputRequired("Choose one.")],
    )
    segment = SelectField(
        "Segment", coerce=int, validators=[InputRequired("Choose a segment.")]
    )
