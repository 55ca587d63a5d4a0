"""Credit statements: from attended minutes, numbered, kept, replaced and revoked."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_offering,
    make_scan,
    make_segment,
    make_user,
)
from tests.printed import accessibility_findings, codes_on, pictures_of, text_of
from tracker.domain.attendance import CorrectionKind
from tracker.domain.scans import Outcome, Reason
from tracker.errors import ConflictError, InvalidError, NotFoundError
from tracker.models.attendance import Evidence, ReasonChip
from tracker.models.enrollment import EnrollmentKind
from tracker.models.staff import Role
from tracker.services import (
    attendance,
    contests,
    corrections,
    credit_rules,
    credit_statements,
    doctor,
    licences,
    statement_lists,
    statement_revocation,
    verification,
    voids,
)
from tracker.services.acts import Act, Why
from tracker.services.audit import CLI
from tracker.services.make_ups import Proof

EVENING = NINE_AM + timedelta(hours=10)
CLE: dict[str, Any] = {
    "jurisdiction": "Sample CLE",
    "line": "Sample line",
    "unit": "credits",
    "unit_minutes": 50,
    "rounding": "down_to_half",
    "minimum_minutes": 0,
    "approval": "",
    "source": "Sample rule 1",
    "categories": ["ethics"],
    "excluded_categories": ["social"],
}
POST = CLE | {
    "jurisdiction": "Sample POST",
    "unit": "hours",
    "unit_minutes": 60,
    "rounding": "down_to_tenth",
}
KEY, POST_KEY = (
    credit_rules.key_of(each["jurisdiction"], each["unit"]) for each in (CLE, POST)
)


@pytest.fixture
def offering(app):
    return make_offering(accreditations=[CLE, POST])


@pytest.fixture
def segments(offering):
    rows = make_day(offering)
    rows[1].credit_category = "ethics"
    return rows


@pytest.fixture
def user(offering):
    return make_user(Role.COORDINATOR, offering)


@pytest.fixture
def ada(offering, segments, user):
    """At two of three segments, and nothing evaluated."""
    enrollment = make_enrollment(offering=offering, name="Šárka Ülo")
    for segment in segments[:2]:
        check_in(enrollment, segment, user)
    return enrollment


def act(user):
    return Act(
        why=Why(ReasonChip.SEEN_IN_ROOM), uid=uuid4().hex, user=user, now=EVENING
    )


def check_in(enrollment, segment, user):
    corrections.check_in_by_hand(
        enrollment, segment, at=segment.starts_at, act=act(user)
    )


def issue(enrollment, key=KEY, **fields):
    return credit_statements.issue(
        enrollment, key, **{"actor": CLI, "now": EVENING, **fields}
    )


def status(statement):
    return verification.verify(statement.serial, statement.name).status


def claim(enrollment, number="0012"):
    return licences.claim(enrollment.person, KEY, number, uid=uuid4().hex, now=NINE_AM)


def faults():
    return [check.name for check in doctor.run_checks() if not check.ok]


def test_who_missed_a_segment_and_evaluated_nothing_gets_the_hours_attended(ada):
    statement = issue(ada)

    assert statement.facts["hours"] == [
        {
            "jurisdiction": "Sample CLE",
            "unit": "credits",
            "amount": "3.5",
            "categories": [
                {"category": "ethics", "amount": "1.5"},
                {"category": "general", "amount": "1.5"},
            ],
        }
    ]
    assert [part["segment"] for part in statement.basis] == [1, 2]
    assert statement.serial.startswith("MS1-")
    assert faults() == []


def test_each_jurisdiction_has_a_statement_of_its_own_once(ada):
    cle, post = issue(ada), issue(ada, POST_KEY)

    assert issue(ada) is cle
    assert issue(ada, POST_KEY) is post
    assert (cle.facts["hours"][0]["amount"], post.facts["hours"][0]["amount"]) == (
        "3.5",
        "3",
    )


def test_optional_and_partial_minutes_count_and_excluded_ones_do_not(
    ada, offering, segments, user
):
    later = NINE_AM + timedelta(hours=6)
    optional = make_segment(
        offering=offering, number=4, starts_at=later, is_required=False
    )
    dinner = make_segment(
        offering=offering,
        number=5,
        starts_at=later + timedelta(hours=2),
        credit_category="social",
    )
    for segment in (optional, dinner):
        check_in(ada, segment, user)
    corrections.check_in_by_hand(
        ada, segments[2], at=segments[2].starts_at + timedelta(minutes=30),
        act=act(user),
    )  # fmt: skip

    statement = issue(ada)

    minutes = {part["segment"]: part["minutes"] for part in statement.basis}
    assert minutes == {1: 90, 2: 90, 3: 60, 4: 90}


def test_made_up_and_excused_segments_add_no_live_credit(ada, segments, user):
    before = issue(ada)

    corrections.mark(
        ada, segments[2], CorrectionKind.MAKE_UP, act=act(user),
        proof=Proof(Evidence.SESSION, "An hour with the instructor."),
    )  # fmt: skip

    assert attendance.standing_of(ada, now=EVENING).is_full
    assert issue(ada) is before


@pytest.mark.parametrize(
    ("hinder", "sentence"),
    [
        ("guest", "Credit is for participants."),
        ("held", "waits for a coordinator"),
        ("contest", "waits for its answer"),
    ],
)
def test_a_statement_waits_for_what_a_certificate_waits_for_but_the_evaluation(
    ada, segments, hinder, sentence
):
    if hinder == "guest":
        ada.kind = EnrollmentKind.GUEST
    elif hinder == "held":
        make_scan(ada, segments[2], outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE)
    else:
        contests.contest(ada, segments[2], "I was there.", uid=uuid4().hex, now=EVENING)

    with pytest.raises(ConflictError, match=sentence):
        issue(ada)


def test_a_statement_waits_for_the_last_segments_end(ada, segments):
    ends_at = segments[-1].ends_at

    with pytest.raises(ConflictError, match="has not ended"):
        issue(ada, now=ends_at - timedelta(seconds=1))
    assert issue(ada, now=ends_at)


def test_nobody_gets_a_statement_of_nothing(offering, segments):
    with pytest.raises(ConflictError, match="No attended minutes"):
        issue(make_enrollment(offering=offering))


def test_a_jurisdiction_that_the_offering_does_not_carry_credits_nothing(ada):
    with pytest.raises(InvalidError):
        issue(ada, credit_rules.key_of("Elsewhere", "hours"))


def test_more_minutes_a_licence_or_a_name_make_a_newer_one_when_it_is_asked_again(
    ada, segments, user
):
    chain = [issue(ada)]
    check_in(ada, segments[2], user)
    assert status(chain[0]) == "valid"
    chain.append(issue(ada))
    claim(ada)
    chain.append(issue(ada))
    ada.certificate_name = "Šárka Ülo-Novak"
    chain.append(issue(ada))

    assert [status(each) for each in chain] == [*["superseded"] * 3, "valid"]
    assert [each.replaces for each in chain[1:]] == [each.serial for each in chain[:3]]
    assert (chain[-1].licence, chain[-1].name) == ("0012", "Šárka Ülo-Novak")
    assert faults() == []


def test_an_accreditation_that_came_later_is_credited_too_and_kept_ones_stay(
    ada, offering
):
    issued = issue(ada)
    kept = issued.pdf
    later = CLE | {"jurisdiction": "Later CLE", "unit_minutes": 60}
    offering.accreditations = [CLE | {"line": "Another line"}, later]

    statement = issue(ada, credit_rules.key_of("Later CLE", "credits"))

    assert statement.facts["hours"][0]["amount"] == "3"
    assert issue(ada) is issued
    assert issued.pdf == kept


def test_voiding_what_it_rests_on_revokes_it_in_the_same_act_and_no_other(
    ada, segments, user
):
    cle, post = issue(ada), issue(ada, POST_KEY)
    other = make_enrollment(offering=ada.offering)
    check_in(other, segments[0], user)
    others = issue(other)

    voids.void_attendance(ada, segments[1], act=act(user))

    assert [status(each) for each in (cle, post, others)] == [
        "revoked",
        "revoked",
        "valid",
    ]
    assert issue(ada).facts["hours"][0]["amount"] == "1.5"
    assert faults() == []


def test_a_changed_schedule_revokes_no_statement(ada, segments):
    statement = issue(ada)

    segments[0].delivered_ends_at = segments[0].ends_at - timedelta(minutes=30)

    assert status(statement) == "valid"
    assert faults() == []


def test_a_decision_to_revoke_is_final_and_only_a_coordinator_issues_again(
    ada, offering
):
    statement = issue(ada)
    statement_revocation.revoke(statement.serial, "Wrong rule", actor=CLI, now=EVENING)

    assert statement_lists.find_due(offering, KEY, now=EVENING) == []
    with pytest.raises(ConflictError, match="ask the coordinator"):
        issue(ada)
    with pytest.raises(ConflictError, match="already"):
        statement_revocation.revoke(statement.serial, "Again", actor=CLI, now=EVENING)
    with pytest.raises(InvalidError):
        statement_revocation.revoke(statement.serial, " ", actor=CLI, now=EVENING)
    assert issue(ada, is_decision=True).serial != statement.serial
    assert status(statement) == "revoked"


def test_who_is_due_has_none_yet_or_one_that_says_something_else(
    ada, offering, segments, user
):
    def due():
        found = statement_lists.find_due(offering, KEY, now=EVENING)
        return [each.enrollment.id for each in found]

    make_enrollment(offering=offering)
    assert due() == [ada.id]
    issue(ada)
    assert due() == []
    check_in(ada, segments[2], user)
    assert due() == [ada.id]


def test_a_draft_made_before_something_changed_is_not_issued(ada, segments, user):
    (due,) = statement_lists.find_due(ada.offering, KEY, now=EVENING)
    drafted = credit_statements.draft(ada, due.standing, now=EVENING)
    check_in(ada, segments[2], user)

    statement = issue(ada, drafted=drafted)

    assert statement.serial != drafted.serial
    assert [part["segment"] for part in statement.basis] == [1, 2, 3]


def test_serial_and_name_verify_together_and_no_kind_passes_for_the_other(ada):
    statement = issue(ada)
    body = statement.serial.removeprefix("MS1-")

    verdict = verification.verify(statement.serial.lower(), "sarka  ULO")

    assert verdict.is_statement
    assert verdict.facts == statement.facts
    for serial, name in (
        (statement.serial, "Somebody Else"),
        (f"MC1-{body}", statement.name),
        (body, statement.name),
    ):
        assert verification.verify(serial, name) == verification.NO_MATCH
    with pytest.raises(NotFoundError):
        credit_statements.get_by_serial(f"MC1-{body}")


def test_the_page_says_all_of_it_and_its_file_verifies(ada, segments, tmp_path):
    claim(ada, "NE-0012")
    statement = issue(ada)

    text = text_of(statement.pdf)
    said = (
        "Statement of Credit", "Šárka Ülo", "Licence number NE-0012", "Sample course",
        "3–6 November 2026", "Sample CLE", "3.5", "ethics 1.5, general 1.5",
        "50 minutes make one of these credits, rounded down to half units.",
        "Source: Sample rule 1", "Sample line", "Segment 2", "ethics", "90",
        "3 hours in all", "does not say that the course was completed",
        statement.serial, "3 November 2026", "1 Sample Street",
    )  # fmt: skip
    assert [part for part in said if part not in text] == []
    assert accessibility_findings(statement.pdf, tmp_path) == []
    (picture,) = pictures_of(statement.pdf, dpi=150)
    (code,) = codes_on(picture)
    assert code.endswith(f"/verify#{statement.serial}")
    assert verification.verify_bytes(statement.pdf).status == "valid"
    assert verification.verify_bytes(statement.pdf + b" ") == verification.NO_MATCH


def test_a_licence_is_claimed_once_changed_and_taken_back_by_its_person_alone(ada):
    uid = uuid4().hex
    first = licences.claim(ada.person, KEY, " 00 12 ", uid=uid, now=NINE_AM)

    again = licences.claim(ada.person, KEY, "00 12", uid=uid, now=NINE_AM)

    assert again is first
    with pytest.raises(ConflictError, match="already"):
        claim(ada, "0013")
    for key, number in (("0" * 16, "1"), (POST_KEY, ""), (POST_KEY, "x" * 81)):
        with pytest.raises(InvalidError):
            licences.claim(ada.person, key, number, uid=uuid4().hex, now=NINE_AM)
    stranger = make_enrollment().person
    with pytest.raises(NotFoundError):
        licences.get_licence(stranger, first.public_id)
    licences.change(first, "0014", now=EVENING)
    assert licences.number_of(ada.person, "Sample CLE", "credits") == "0014"
    licences.remove(licences.get_licence(ada.person, uid))
    assert licences.list_licences(ada.person) == []
