"""The kinds of mail there are: what each is called, who gets it, what it may say."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A kind of mail; its standard words are in templates/mail/<kind>.txt."""

    APPLICATION_RECEIVED = "application_received"
    APPLICATION_INCOMPLETE = "application_incomplete"
    TEAM_MEMBER = "team_member"
    ASKED = "asked"
    ACCEPTED = "accepted"
    PASS_READY = "pass_ready"  # noqa: S105 - the kind of a mail
    WAITLISTED = "waitlisted"
    SEAT_OFFERED = "seat_offered"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    CANCELLED = "offering_cancelled"
    DAY_BEFORE = "day_before"
    DAY_SIGNED_OFF = "day_signed_off"
    CONTEST_ANSWERED = "contest_answered"
    EVALUATION_OPEN = "evaluation_open"
    ANSWERS_MISSING = "answers_missing"
    MISSED_SEGMENT = "missed_segment"
    NAME_DECIDED = "name_decided"
    PREREQUISITE_DECIDED = "prerequisite_decided"
    CERTIFICATE_READY = "certificate_ready"
    FOLLOW_UP = "follow_up"
    SIGN_IN_CODE = "sign_in_code"
    INVITATION = "invitation"


@dataclass(frozen=True)
class About:
    """What is to be known of a kind of mail.

    `placeholders` are those it has beside the usual ones. `switch` is the setting of
    an offering's policy that turns it off. Only kinds about an offering can be given
    a course's own words.
    """

    name: str
    recipients: str
    placeholders: tuple[str, ...] = ()
    switch: str | None = None
    is_about_offering: bool = True


@dataclass(frozen=True)
class Placeholder:
    """What stands for a value: what it is, and a sample. Only some suit a subject."""

    words: str
    sample: str
    is_for_subjects: bool = False
    is_required: bool = False


PLACEHOLDERS = {
    "offering_code": Placeholder("the offering's code", "SAMPLE1"),
    "days": Placeholder("its days", "3–6 November 2026"),
    "place": Placeholder("its city and state", "Omaha, NE"),
    "name": Placeholder("the recipient's name", "Alex Sample"),
    "url": Placeholder("the link", "https://muster.example.org/me", is_required=True),
    "lead": Placeholder("who applied for the team", "Lee Sample"),
    "question": Placeholder(
        "what the coordinator asks", "Which unit do you work in?", is_required=True
    ),
    "note": Placeholder(
        "the coordinator's words, or nothing", "There will be another in spring."
    ),
    "confirm_by": Placeholder(
        "until when to confirm", "Tuesday, 6 October 2026, 17:00 CDT", True
    ),
    "day": Placeholder("the day", "Tuesday, 3 November", True),
    "summary": Placeholder(
        "what is recorded, and what is missing",
        "3 of 4 recorded.\n\nSegment 2 is missing.\n\n"
        "If that is not right, sign in and say so beside the segment:",
        is_required=True,
    ),
    "segments": Placeholder("the segments", "segments 2 and 3", is_required=True),
    "make_up_by": Placeholder("until when to make up for it", "4 November 2027", True),
    "code": Placeholder("the code", "SAMP-LECO", is_required=True),
    "minutes": Placeholder("how many minutes it is good for", "30"),
    "valid_days": Placeholder("how many days it is good for", "7"),
}
USUAL = ("offering_code", "days", "place", "name", "url")

APPLICANT, PARTICIPANTS = "the applicant", "participants"
KINDS = {
    Kind.APPLICATION_RECEIVED: About("Application received", APPLICANT),
    Kind.APPLICATION_INCOMPLETE: About(
        "Application not finished",
        "who began one and has not sent it for two days",
        switch="mails_incomplete",
    ),
    Kind.TEAM_MEMBER: About(
        "Team member, please confirm", "each person a lead applied for", ("lead",)
    ),
    Kind.ASKED: About("A question to the applicant", APPLICANT, ("question",)),
    Kind.ACCEPTED: About("Accepted, please confirm", APPLICANT, ("confirm_by", "note")),
    Kind.PASS_READY: About("Pass is ready", "who has been enrolled"),
    Kind.WAITLISTED: About("On the waitlist", APPLICANT, ("note",)),
    Kind.SEAT_OFFERED: About(
        "A seat from the waitlist", "whose turn it is", ("confirm_by", "note")
    ),
    Kind.DECLINED: About("Declined", APPLICANT, ("note",)),
    Kind.LAPSED: About("Not confirmed in time", "who was accepted"),
    Kind.WITHDRAWN: About("Withdrawn", "who has withdrawn"),
    Kind.CANCELLED: About(
        "Offering cancelled", "who is enrolled or has applied", ("note",)
    ),
    Kind.DAY_BEFORE: About(
        "The day before", "who is enrolled", switch="mails_day_before"
    ),
    Kind.DAY_SIGNED_OFF: About("A day is signed off", PARTICIPANTS, ("day", "summary")),
    Kind.CONTEST_ANSWERED: About("Contest answered", "who contested a segment"),
    Kind.EVALUATION_OPEN: About(
        "Evaluation is open", PARTICIPANTS, switch="mails_evaluation_open"
    ),
    Kind.ANSWERS_MISSING: About(
        "Answers are still to come", "who has not answered, when a coordinator asks"
    ),
    Kind.MISSED_SEGMENT: About(
        "Missed segment",
        "who still misses one three days after the last day",
        ("segments", "make_up_by"),
        switch="mails_missed_segment",
    ),
    Kind.NAME_DECIDED: About("Printed name decided", "who asked for another name"),
    Kind.PREREQUISITE_DECIDED: About(
        "Prerequisite looked at", "who uploaded the certificate of one"
    ),
    Kind.CERTIFICATE_READY: About(
        "Certificate is ready", "whose it is", switch="mails_certificate_ready"
    ),
    Kind.FOLLOW_UP: About("Follow-up is open", PARTICIPANTS),
    Kind.SIGN_IN_CODE: About(
        "Sign-in code",
        "who asks for one",
        ("code", "minutes"),
        is_about_offering=False,
    ),
    Kind.INVITATION: About(
        "Invitation of staff",
        "who is invited",
        ("url", "valid_days"),
        is_about_offering=False,
    ),
}


def placeholders_of(kind: Kind) -> tuple[str, ...]:
    """Return the closed list of a kind's placeholders."""
    about = KINDS[kind]
    return (*(USUAL if about.is_about_offering else ()), *about.placeholders)
