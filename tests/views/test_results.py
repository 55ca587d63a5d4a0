"""Released results as pages and files: who sees what; reading changes nothing."""

import pytest
import sqlalchemy as sa

from tests.factories import make_form, make_offering, make_released, make_user
from tests.released import answers_of, release, release_knowledge, teach
from tests.views.counting import counted
from tests.views.desk import at, text_of
from tests.views.forms import send
from tracker.domain.evaluation_default import DEFAULT_FORM
from tracker.domain.evaluation_definition import form_to_json
from tracker.models import AuditEntry, Response
from tracker.models.staff import Role

USEFUL = "How useful is it for your daily work?"


@pytest.fixture
def teachers(app):
    offering = make_offering()
    teachers = [make_user(Role.INSTRUCTOR, offering) for _ in range(2)]
    teach(offering, *teachers)
    return teachers


@pytest.fixture
def offering(teachers):
    return teachers[0].memberships[0].offering


@pytest.fixture
def page_of(offering):
    return at(offering, "/evaluation/results")


def test_a_coordinator_sees_figures_bars_and_comments(staff, offering, page_of):
    release(offering, 20, absent=17)

    page = staff().get(page_of)

    said = text_of(page)
    assert page.status_code == 200
    assert (
        f"{USEFUL} 25 25 25 25 Not at all Very Mean 3.5 Favourable 50 % 20 of 20"
        in said
    )
    assert "2. Segment 2 Too few: fewer than 5 people have answered" in said
    assert "7 texts, in no order" in said
    assert 'aria-label="1 (Not at all): 0, 2: 5, 3: 5, 4: 5, 5 (Very): 5"' in page.text


def test_the_evaluation_links_to_its_results(staff, offering, page_of):
    assert f'href="{page_of}"' in staff().get(at(offering, "/evaluation")).text


def test_an_instructor_sees_nothing_of_colleagues_or_of_the_whole(
    staff, offering, page_of, teachers
):
    release(offering)
    client = staff(user=teachers[0])

    said = text_of(client.get(page_of))

    assert ("1. Segment 1" in said, "Instructor 1" in said) == (True, True)
    for kept_back in ("Segment 2", "Instructor 2", USEFUL, "recommend"):
        assert kept_back not in said
    assert "said in" not in said


def test_an_instructor_nobody_has_named_is_told_what_to_do(staff, offering, page_of):
    release(offering)

    said = text_of(staff(Role.INSTRUCTOR).get(page_of))

    assert "Nothing about you" in said
    assert "Segment 1" not in said


@pytest.mark.parametrize("count", [0, 4])
def test_at_four_answers_there_are_too_few(staff, offering, page_of, count):
    make_form(offering, form_to_json(DEFAULT_FORM))
    make_released(offering, answers_of(offering, count), is_released=False)

    page = staff().get(page_of)
    told = staff().get(page_of, headers={"Accept": "application/json"})

    assert page.status_code == 409
    assert "No results Fewer than 5 people have answered." in text_of(page)
    assert (told.status_code, told.get_json()["type"]) == (409, "too_few")
    client = staff()
    form = client.get(at(offering, "/people"))
    assert send(client, f"{page_of}/export", form).status_code == 409


def test_before_closing_nothing_is_said_of_how_many(staff, offering, page_of):
    make_released(offering, [], is_released=False, closed_at=None, response_count=None)

    page = staff().get(page_of)

    assert page.status_code == 409
    assert "This has not closed yet." in text_of(page)


def test_what_is_not_asked_is_said_so(staff, offering, page_of):
    release(offering)

    page = staff().get(f"{page_of}?occasion=follow_up")

    assert page.status_code == 404
    assert "This offering asks no such questions." in text_of(page)


def test_a_section_is_shown_alone_and_nonsense_shows_all(staff, offering, page_of):
    release(offering)
    client = staff()

    alone = text_of(client.get(f"{page_of}?section=segment"))
    nonsense = text_of(client.get(f"{page_of}?section=nothing&occasion=nothing"))

    assert ("1. Segment 1" in alone, USEFUL in alone) == (True, False)
    assert USEFUL in nonsense


def test_knowledge_stands_before_against_after(staff, offering, page_of):
    release_knowledge(offering)

    said = text_of(staff().get(f"{page_of}?occasion=after"))

    assert "Which law applies? 50 % of 10 100 % of 10 +50" in said
    assert "The second (right) 10, 100 %" in said


def test_files_come_by_post_and_are_noted(staff, offering, page_of, session):
    release(offering)
    client = staff()

    for kind, head in (("csv", b"section,about,question"), ("xlsx", b"PK")):
        answer = send(
            client,
            f"{page_of}/export",
            client.get(page_of),
            kind=kind,
            occasion="evaluation",
        )
        assert answer.status_code == 200
        assert answer.data.startswith(head)
        name = f"{offering.code}-evaluation-results.{kind}"
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"

    noted = session.scalars(sa.select(AuditEntry.action)).all()
    assert noted == ["results.export", "results.export"]


def test_an_unknown_kind_of_file_is_not_there(staff, offering, page_of):
    release(offering)
    client = staff()

    answer = send(client, f"{page_of}/export", client.get(page_of), kind="exe")

    assert answer.status_code == 404


def test_reading_changes_nothing(staff, offering, page_of, session):
    release(offering)
    client = staff()
    with counted() as seen:
        client.get(page_of)

    assert [each for each in seen if not each.startswith("SELECT")] == []
    assert session.scalar(sa.select(sa.func.count()).select_from(AuditEntry)) == 0


def test_another_offering_is_not_there(staff, offering):
    other = make_offering()
    release(other)
    session_of_ours = staff()

    assert session_of_ours.get(at(other, "/evaluation/results")).status_code == 404


def test_what_was_typed_is_shown_as_it_was_typed(staff, offering, page_of, session):
    release(offering)
    row = session.scalars(sa.select(Response)).first()
    row.answers = row.answers | {"overall.helped_most": "<img onerror=x> {{7*7}}"}
    session.commit()

    page = staff().get(page_of)

    assert "&lt;img onerror=x&gt; {{7*7}}" in page.text


def test_many_answers_cost_the_page_no_more_statements(staff, offering, page_of):
    release(offering, 5)
    client = staff()
    client.get(page_of)
    with counted() as few:
        client.get(page_of)
    make_released(offering, answers_of(offering, 100))

    with counted() as many:
        said = text_of(client.get(page_of))

    assert "105 answers are released" in said
    assert len(many) == len(few)
