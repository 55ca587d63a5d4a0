"""What speaks for and against an application: separate findings, each with a reason.

They advise; a coordinator decides (product.md, "Applying").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from tracker.domain.dates import spelled_day
from tracker.domain.names import clean_text, normalise_address
from tracker.domain.us_states import are_neighbours, state_code


class About(StrEnum):
    """What a finding is about, in the order in which reviewers read them."""

    DISCIPLINE = "discipline"
    JURISDICTION = "jurisdiction"
    PREREQUISITE = "prerequisite"
    EMAIL = "email"
    SEATS = "seats"


class Verdict(StrEnum):
    """What a finding says: met, not met, or worth a look."""

    MET = "met"
    UNMET = "unmet"
    LOOK = "look"


class Distance(StrEnum):
    """How near somebody works to the areas around the venue."""

    COUNTY = "county"  # the county is named in the catchment
    STATE = "state"  # the state is
    NEIGHBOUR = "neighbour"  # a state that borders on one of those
    FAR = "far"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One fact about an application, with the sentence that a reviewer reads."""

    about: About
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Applicant:
    """What is judged of a person, as said; and whether the address is theirs."""

    discipline: str
    state: str
    county: str
    email: str
    is_verified: bool


@dataclass(frozen=True)
class Proof:
    """How the prerequisite is on record: finished on a day (if known), or waived."""

    completed_on: date | None = None
    is_waived: bool = False


@dataclass(frozen=True)
class Terms:
    """What an offering asks. `seats_left` None: no limit; `prerequisite` "": none."""

    audience: Sequence[str]
    catchment: Sequence[str]
    prerequisite: str = ""
    seats_left: int | None = None


# Providers that give an address to anybody; the largest in the United States.
FREE_MAIL = frozenset(
    {
        "aol.com",
        "att.net",
        "comcast.net",
        "gmail.com",
        "gmx.com",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "live.com",
        "mail.com",
        "me.com",
        "msn.com",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "sbcglobal.net",
        "verizon.net",
        "yahoo.com",
        "ymail.com",
        "zoho.com",
    }
)


def is_free_mail(email: str) -> bool:
    """Say whether an address is of a provider that gives one to anybody."""
    return normalise_address(email).rpartition("@")[2] in FREE_MAIL


def findings(
    applicant: Applicant, terms: Terms, proof: Proof | None
) -> tuple[Finding, ...]:
    """Say separately what speaks for and against an application, in a fixed order."""
    return (
        _discipline(applicant, terms),
        _jurisdiction(applicant, terms),
        _prerequisite(terms, proof),
        _email(applicant),
        _seats(terms),
    )


def _discipline(applicant: Applicant, terms: Terms) -> Finding:
    known = {clean_text(each).casefold() for each in terms.audience}
    if not known:
        return _met(About.DISCIPLINE, "The course names no audience.")
    if not applicant.discipline:
        return _unmet(About.DISCIPLINE, "No discipline was given.")
    is_in = clean_text(applicant.discipline).casefold() in known
    said = f"{applicant.discipline} is {'' if is_in else 'not '}in the audience."
    return (_met if is_in else _unmet)(About.DISCIPLINE, said)


def distance(state: str, county: str, catchment: Sequence[str]) -> Distance:
    """Class how near a work jurisdiction is to a catchment.

    An area of the catchment is a state, "NE", or a county of one, "NE / Douglas".
    A state of which only counties are named is not named as a whole.
    """
    areas = {_area(each) for each in catchment}
    code = state_code(state)
    if not code:
        return Distance.UNKNOWN
    if county and (code, _county(county)) in areas:
        return Distance.COUNTY
    if (code, "") in areas:
        return Distance.STATE
    states = {each for each, _ in areas}
    is_near = code in states or any(are_neighbours(code, each) for each in states)
    return Distance.NEIGHBOUR if is_near else Distance.FAR


def _area(text: str) -> tuple[str, str]:
    state, _, county = text.partition("/")
    return state_code(state), _county(county)


def _county(text: str) -> str:
    return clean_text(text).casefold().removesuffix(" county")


_NEAR = {
    Distance.COUNTY: (Verdict.MET, "{where} is a county of the catchment."),
    Distance.STATE: (Verdict.MET, "{where} is in the catchment."),
    Distance.NEIGHBOUR: (Verdict.LOOK, "{where} is next to the catchment, not in it."),
    Distance.FAR: (Verdict.UNMET, "{where} is outside the catchment."),
    Distance.UNKNOWN: (Verdict.UNMET, "No work jurisdiction was given."),
}


def _jurisdiction(applicant: Applicant, terms: Terms) -> Finding:
    if not terms.catchment:
        return _met(About.JURISDICTION, "The offering names no catchment.")
    near = distance(applicant.state, applicant.county, terms.catchment)
    verdict, sentence = _NEAR[near]
    where = ", ".join(each for each in (applicant.county, applicant.state) if each)
    return Finding(About.JURISDICTION, verdict, sentence.format(where=where))


def _prerequisite(terms: Terms, proof: Proof | None) -> Finding:
    if not terms.prerequisite:
        return _met(About.PREREQUISITE, "The course has no prerequisite.")
    if proof is None:
        return _unmet(
            About.PREREQUISITE, f"No completion of {terms.prerequisite} on record."
        )
    if proof.is_waived:
        return _met(About.PREREQUISITE, f"{terms.prerequisite} was waived.")
    day = f" on {spelled_day(proof.completed_on)}" if proof.completed_on else ""
    return _met(About.PREREQUISITE, f"{terms.prerequisite} was finished{day}.")


def _email(applicant: Applicant) -> Finding:
    if not applicant.is_verified:
        return _unmet(About.EMAIL, "The e-mail address is not verified yet.")
    if is_free_mail(applicant.email):
        return Finding(
            About.EMAIL,
            Verdict.LOOK,
            "The address is verified, but of a free-mail provider.",
        )
    return _met(About.EMAIL, "The e-mail address is verified.")


def _seats(terms: Terms) -> Finding:
    if terms.seats_left is None:
        return _met(About.SEATS, "Seats are not limited.")
    if terms.seats_left <= 0:
        return _unmet(About.SEATS, "No seat is left.")
    is_one = terms.seats_left == 1
    left = "1 seat is" if is_one else f"{terms.seats_left} seats are"
    return _met(About.SEATS, f"{left} left for this applicant.")


def _met(about: About, reason: str) -> Finding:
    return Finding(about, Verdict.MET, reason)


def _unmet(about: About, reason: str) -> Finding:
    return Finding(about, Verdict.UNMET, reason)
