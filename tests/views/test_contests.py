"""Contesting a segment and answering it, in the pages of both sides."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.factories import NINE_AM, make_enrollment, sign_in
from tests.views.counting import counted
from tests.views.desk import at, facts, of, text_of
from tests.views.forms import errors_of, send
from tracker.models import Contest, Correction
from tracker.models.staff import Role
from tracker.services import contests

NOON = NINE_AM + timedelta(hours=3)


@pytest.fixture
def participant(app, ada, session, clock):
    clock.moment = NOON
    client = app.test_client()
    sign_in(client, ada.person, now=NOON)
    session.commit()
    return client


def own(enrollment, number=1):
    code = enrollment.offering.code
    return f"/me/offerings/{code}/segments/{number}/contest"


def contest(enrollment, number=1, words="I was there."):
    segment = enrollment.offering.segments[number - 1]
    return contests.contest(enrollment, segment, words, uid=uuid4().hex, now=NOON)


def test_a_participant_contests_a_segment_and_sees_that_it_waits(
    participant, ada, session
):
    programme = participant.get(f"/me/offerings/{ada.offering.code}/programme")
    assert f'href="{own(ada)}"' in programme.text
    assert own(ada, 3) not in programme.text  # it has not begun

    form = {"uid": uuid4().hex, "words": "I sat in the\nlast row."}
    for _ in range(2):  # a double tap
        assert send(participant, own(ada), **form).location == own(ada)

    (row,) = facts(session, Contest)
    assert row.words == "I sat in the\nlast row."
    page = text_of(participant.get(own(ada)))
    assert "I sat in the last row." in page
    assert "waits for an answer" in page
    programme = participant.get(f"/me/offerings/{ada.offering.code}/programme")
    assert "contested" in text_of(programme)
    assert "What you contested waits" in text_of(
        participant.get(f"/me/offerings/{ada.offering.code}")
    )


def test_words_are_needed_and_limited_and_are_given_back(participant, ada, session):
    empty = send(participant, own(ada), uid=uuid4().hex, words=" ")
    long = send(participant, own(ada), uid=uuid4().hex, words="x" * 1_001)

    assert (empty.status_code, errors_of(empty)) == (422, ["Say it in a few words."])
    assert errors_of(long) == ["Shorten this to 1,000 characters."]
    assert "x" * 1_001 in long.text
    assert facts(session, Contest) == []


def test_what_was_contested_is_withdrawn(participant, ada, session):
    row = contest(ada)
    session.commit()

    answer = send(
        participant, f"{own(ada)}/{row.public_id}/withdraw", participant.get(own(ada))
    )

    assert answer.location == own(ada)
    assert facts(session, Contest)[0].answered_at == NOON


def test_somebody_elses_contest_is_not_there(participant, ada, session):
    row = contest(make_enrollment(offering=ada.offering))
    session.commit()

    page = participant.get(own(ada))
    answer = send(participant, f"{own(ada)}/{row.public_id}/withdraw", page)

    assert answer.status_code == 404
    assert row.words not in page.text


def test_a_coordinator_grants_with_a_check_in_and_the_participant_reads_why(
    coordinator, participant, ada, session
):
    row = contest(ada, words="I was there, <b>really</b>.")
    session.commit()
    overview = text_of(coordinator.get(at(ada.offering)))
    listed = coordinator.get(at(ada.offering, "/contests"))
    assert "1 contest waits for an answer" in overview
    assert "&lt;b&gt;really" in listed.text

    form = {"uid": uuid4().hex, "decision": "start", "words": "On the film, yes."}
    page = at(ada.offering, f"/contests/{row.public_id}")
    for _ in range(2):
        assert send(coordinator, page, **form).status_code == 303

    (made,) = facts(session, Correction)
    assert (made.at, made.reason) == (NINE_AM, "On the film, yes.")
    said = text_of(participant.get(own(ada)))
    assert "On the film, yes." in said
    assert "granted" in said
    assert "On the film, yes." in text_of(coordinator.get(of(ada)))


@pytest.mark.parametrize(
    ("fields", "errors"),
    [
        ({"words": "Yes."}, ["Choose one."]),
        ({"decision": "refuse"}, ["Say it in a few words."]),
        ({"decision": "other", "words": "Yes."}, ["The time must be a time such as"]),
        (
            {"decision": "other", "words": "Yes.", "at": "2026-11-03T16:00"},
            ["That time is still to come."],
        ),
    ],
)
def test_an_answer_that_is_not_whole_changes_nothing(
    coordinator, ada, session, clock, fields, errors
):
    clock.moment = NOON
    row = contest(ada)
    session.commit()

    page = at(ada.offering, f"/contests/{row.public_id}")
    answer = send(coordinator, page, uid=uuid4().hex, **fields)

    assert answer.status_code == 422
    assert len(errors_of(answer)) == len(errors)
    assert errors_of(answer)[0].startswith(errors[0])
    assert facts(session, Contest)[0].answered_at is None
    assert facts(session, Correction) == []


def test_instructors_read_no_contest(staff, ada, session):
    row = contest(ada, words="Only for the coordinator")
    session.commit()
    instructor = staff(Role.INSTRUCTOR)

    assert instructor.get(at(ada.offering, "/contests")).status_code == 403
    assert row.words not in instructor.get(of(ada)).text


def test_the_list_takes_as_many_queries_for_thirty_as_for_one(
    coordinator, offering, session
):
    def queries():
        session.commit()
        with counted() as statements:
            assert coordinator.get(at(offering, "/contests")).status_code == 200
        return len(statements)

    contest(make_enrollment(offering=offering))
    few = queries()
    for _ in range(30):
        contest(make_enrollment(offering=offering))

    assert queries() == few
