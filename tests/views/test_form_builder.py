"""Building forms in the browser, as a coordinator."""

import json
import re
from html import unescape

import pytest

from tests.factories import make_offering, save
from tests.services.test_occasions import CHECK
from tests.views.desk import at
from tests.views.forms import hidden
from tracker.models import AuditEntry, EvaluationReceipt, Membership
from tracker.models.evaluation import FormKind
from tracker.models.staff import Role
from tracker.services import evaluations

FORM = {
    "sections-0-key": "overall",
    "sections-0-title": "As a whole",
    "sections-0-repeat": "once",
    "sections-0-questions-0-key": "useful",
    "sections-0-questions-0-kind": "rating",
    "sections-0-questions-0-text": "Useful?",
    "sections-0-questions-0-required": "1",
    "sections-0-questions-0-low": "Not",
    "sections-0-questions-0-high": "Very",
    "sections-0-questions-0-choices": "",
    "sections-0-questions-1-key": "which",
    "sections-0-questions-1-kind": "multiple",
    "sections-0-questions-1-text": "Which?",
    "sections-0-questions-1-choices": "This\r\n That \r\n\r\n",
}
SAVED = {
    "sections": [
        {
            "key": "overall",
            "title": "As a whole",
            "repeat": "once",
            "questions": [
                {
                    "key": "useful",
                    "kind": "rating",
                    "text": "Useful?",
                    "required": True,
                    "low": "Not",
                    "high": "Very",
                },
                {
                    "key": "which",
                    "kind": "multiple",
                    "text": "Which?",
                    "required": False,
                    "choices": ["This", "That"],
                },
            ],
        }
    ]
}


@pytest.fixture
def address(offering, session):
    evaluations.set_form(offering, evaluations.default_form())
    session.commit()
    return at(offering, "/evaluation/form")


def base_of(page) -> str:
    return str(re.findall(r'name="base" value="(\w+)"', page.text)[0])


def press(client, address, act="save", **fields):
    page = client.get(address)
    token = hidden(page)["csrf_token"]
    sent = {"csrf_token": token, "base": base_of(page), "act": act, **FORM, **fields}
    return client.post(address, data=sent)


def test_a_form_is_saved_whole(coordinator, offering, address, session):
    answer = press(coordinator, address)

    assert (answer.status_code, answer.location) == (303, address)
    row, _ = evaluations.form_of(offering)
    assert (row.version, row.definition) == (1, SAVED)
    (entry,) = session.query(AuditEntry).filter_by(action="form.save")
    assert json.loads(json.dumps(entry.details)) == {"kind": "evaluation", "version": 1}


@pytest.mark.parametrize(("count", "status"), [(200, 303), (201, 422)])
def test_of_many_questions_none_is_lost(
    coordinator, offering, address, session, count, status
):
    questions = {
        f"sections-0-questions-{n}-{field}": value
        for n in range(2, count)
        for field, value in (("key", f"q{n}"), ("kind", "long"), ("text", f"Q{n}?"))
    }

    answer = press(coordinator, address, **questions)

    assert answer.status_code == status
    definition = evaluations.form_of(offering)[0].definition
    saved = sum(len(each["questions"]) for each in definition["sections"])
    assert (saved == count) is (status == 303)
    assert (definition == evaluations.default_form()) is (status == 422)


def test_a_button_changes_the_page_and_saves_nothing(coordinator, offering, address):
    before = evaluations.form_of(offering)[0].definition

    page = press(coordinator, address, act="up:0.1")

    assert page.status_code == 200
    assert page.text.index('value="Which?"') < page.text.index('value="Useful?"')
    assert evaluations.form_of(offering)[0].definition == before


def test_what_was_removed_can_be_brought_back(coordinator, address):
    removed = press(coordinator, address, act="remove:0.1")
    (kept,) = re.findall(r'name="before" value="([^"]*)"', removed.text)

    brought_back = press(coordinator, address, act="undo", before=unescape(kept))

    assert 'value="Which?"' not in removed.text
    assert 'value="Which?"' in brought_back.text


def test_a_mistake_is_named_beside_its_field_with_the_text_kept(
    coordinator, offering, address
):
    wrong = {"sections-0-questions-1-choices": "Only one"}

    page = press(coordinator, address, **wrong)

    assert page.status_code == 422
    assert 'id="sections-0-questions-1-choices-error"' in page.text
    assert "Only one</textarea>" in page.text
    assert evaluations.form_of(offering)[0].definition != SAVED


def test_a_save_from_a_stale_tab_is_refused_with_the_text_kept(
    coordinator, offering, address
):
    stale = base_of(coordinator.get(address))
    press(coordinator, address)

    page = press(coordinator, address, base=stale, **{"sections-0-title": "Mine"})

    assert page.status_code == 409
    assert "Somebody has changed this form since you opened it." in page.text
    assert 'value="Mine"' in page.text
    assert evaluations.form_of(offering)[0].definition == SAVED


def test_a_form_with_answers_gets_a_new_version_and_says_so_without_a_count(
    coordinator, offering, address, ada, session
):
    save(EvaluationReceipt(enrollment_id=ada.id))
    session.commit()

    page = coordinator.get(address)
    press(coordinator, address)

    assert "has answers: saving a change makes version 2." in page.text
    assert evaluations.form_of(offering)[0].version == 2


def test_the_preview_shows_every_part_as_participants_see_it(coordinator, address):
    page = press(coordinator, address, act="preview")

    assert "As participants see it" in page.text
    assert 'name="overall.which" value="That"' in page.text


def test_a_knowledge_check_has_a_key_that_stars_mark(coordinator, offering, session):
    session.commit()
    address = at(offering, "/knowledge/form")

    press(coordinator, address, **{"sections-0-questions-1-choices": "This\n* That"})

    question = evaluations.form_of(offering, FormKind.KNOWLEDGE)[1].sections[0]
    assert question.questions[1].correct == ("That",)
    assert "* That</textarea>" in coordinator.get(address).text


def test_an_evaluation_has_no_key(coordinator, offering, address):
    starred = {"sections-0-questions-1-choices": "This\n* That"}

    assert press(coordinator, address, **starred).status_code == 422


def test_questions_are_copied_from_offerings_that_one_coordinates_only(
    coordinator, offering, session, app
):
    own, others = make_offering(code="OWN-2"), make_offering(code="OTHER-2")
    for each in (own, others):
        evaluations.set_form(each, CHECK, FormKind.KNOWLEDGE)
    user_id = session.query(Membership).filter_by(role=Role.COORDINATOR).one().user_id
    save(
        Membership(
            user_id=user_id,
            offering_id=own.id,
            role=Role.COORDINATOR,
            created_at=offering.created_at,
        )
    )
    session.commit()
    address = at(offering, "/knowledge/form")
    page = coordinator.get(address)
    sent = hidden(page) | {"base": base_of(page)}

    copied = coordinator.post(f"{address}/copy", data=sent | {"source": "OWN-2"})
    refused = coordinator.post(f"{address}/copy", data=sent | {"source": "OTHER-2"})

    assert re.findall(r'<option value="([\w-]+)">\1,', page.text) == ["OWN-2"]
    assert 'value="Which is right?"' in copied.text
    assert refused.status_code == 422
    assert evaluations.find_form(offering, FormKind.KNOWLEDGE) is None


def test_a_form_goes_out_and_in_as_text(coordinator, offering, address):
    press(coordinator, address)
    text = coordinator.get(f"{address}.yaml").text
    page = coordinator.get(address)
    sent = hidden(page) | {"base": base_of(page)}

    read = coordinator.post(f"{address}/text", data=sent | {"text": text})
    wrong = coordinator.post(f"{address}/text", data=sent | {"text": "sections: 3"})

    assert 'value="Which?"' in read.text
    assert wrong.status_code == 422
    assert "form: must have a list of sections" in wrong.text
    assert "sections: 3</textarea>" in wrong.text
