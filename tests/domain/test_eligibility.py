"""Findings say separately what speaks for and against an application."""

from dataclasses import replace
from datetime import date

import pytest

from tracker.domain.eligibility import (
    About,
    Applicant,
    Distance,
    Finding,
    Proof,
    Terms,
    Verdict,
    distance,
    findings,
    is_free_mail,
)
from tracker.domain.us_states import NAMES, NEIGHBOURS, are_neighbours, state_code

OMAHA = Terms(
    audience=("Law enforcement", "Prosecutors"),
    catchment=("NE", "IA / Pottawattamie"),
    prerequisite="ICSTAR",
    seats_left=3,
)
FINE = Applicant("law enforcement", "Nebraska", "Douglas", "a@agency.example", True)


ON_RECORD = Proof(date(2017, 3, 3))


def finding(
    about: About,
    applicant: Applicant = FINE,
    proof: Proof | None = ON_RECORD,
    terms: Terms = OMAHA,
) -> Finding:
    found = findings(applicant, terms, proof)
    return next(each for each in found if each.about is about)


def test_everything_is_said_of_somebody_who_is_fine():
    assert findings(FINE, OMAHA, Proof(date(2017, 3, 3))) == (
        Finding(About.DISCIPLINE, Verdict.MET, "law enforcement is in the audience."),
        Finding(
            About.JURISDICTION, Verdict.MET, "Douglas, Nebraska is in the catchment."
        ),
        Finding(
            About.PREREQUISITE, Verdict.MET, "ICSTAR was finished on 3 March 2017."
        ),
        Finding(About.EMAIL, Verdict.MET, "The e-mail address is verified."),
        Finding(About.SEATS, Verdict.MET, "3 seats are left for this applicant."),
    )


@pytest.mark.parametrize(
    ("state", "county", "expected"),
    [
        ("NE", "", Distance.STATE),
        ("nebraska", "Douglas", Distance.STATE),
        ("IA", "Pottawattamie County", Distance.COUNTY),
        ("Iowa", "Polk", Distance.NEIGHBOUR),
        ("KS", "", Distance.NEIGHBOUR),
        ("ME", "", Distance.FAR),
        ("Ontario", "", Distance.FAR),
        ("", "Douglas", Distance.UNKNOWN),
    ],
)
def test_distance_is_classed_by_county_state_and_border(state, county, expected):
    assert distance(state, county, OMAHA.catchment) == expected


def test_next_to_the_catchment_is_worth_a_look_and_far_from_it_is_not_met():
    near = finding(About.JURISDICTION, replace(FINE, state="IA", county="Polk"))
    far = finding(About.JURISDICTION, replace(FINE, state="ME", county=""))

    assert near.verdict is Verdict.LOOK
    assert far == Finding(
        About.JURISDICTION, Verdict.UNMET, "ME is outside the catchment."
    )


def test_another_discipline_is_not_in_the_audience():
    found = finding(About.DISCIPLINE, replace(FINE, discipline="Journalists"))

    assert found.verdict is Verdict.UNMET


def test_a_missing_completion_is_named_and_a_waiver_counts():
    missing = finding(About.PREREQUISITE, proof=None)
    waived = finding(About.PREREQUISITE, proof=Proof(is_waived=True))

    assert (missing.verdict, missing.reason) == (
        Verdict.UNMET,
        "No completion of ICSTAR on record.",
    )
    assert (waived.verdict, waived.reason) == (Verdict.MET, "ICSTAR was waived.")


def test_an_unverified_address_is_not_met_and_a_free_one_is_worth_a_look():
    unverified = finding(About.EMAIL, replace(FINE, is_verified=False))
    free = finding(About.EMAIL, replace(FINE, email="a@GMail.com"))

    assert (unverified.verdict, free.verdict) == (Verdict.UNMET, Verdict.LOOK)


def test_seats_are_counted_unless_they_are_not_limited():
    full = finding(About.SEATS, terms=replace(OMAHA, seats_left=0))
    last = finding(About.SEATS, terms=replace(OMAHA, seats_left=1))
    unlimited = finding(About.SEATS, terms=replace(OMAHA, seats_left=None))

    assert (full.verdict, last.reason, unlimited.verdict) == (
        Verdict.UNMET,
        "1 seat is left for this applicant.",
        Verdict.MET,
    )


def test_where_nothing_is_asked_everything_is_met():
    terms = Terms(audience=(), catchment=())

    found = findings(replace(FINE, discipline="", state=""), terms, None)

    assert {each.verdict for each in found} == {Verdict.MET}


def test_a_part_of_a_domain_is_no_free_mail():
    assert not is_free_mail("a@gmail.com.example")
    assert not is_free_mail("a@notgmail.com")


def test_borders_are_mutual_and_name_states_that_exist():
    assert len(NAMES) == 51
    assert all(
        are_neighbours(other, one) for one in NEIGHBOURS for other in NEIGHBOURS[one]
    )


def test_a_state_is_the_same_by_name_and_by_code():
    assert state_code(" new  york") == state_code("NY") == "NY"
