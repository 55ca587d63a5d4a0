"""Courses and new offerings, as admins and coordinators keep them in the browser."""

import pytest
import sqlalchemy as sa

from tests.factories import make_course, make_offering, make_user
from tests.views.counting import counted
from tests.views.forms import errors_of, send
from tracker.db import db
from tracker.models import AuditEntry, Course, Membership, Offering
from tracker.models.staff import Role

# What has to bear an offering in which nothing is planned yet.
PAGES = (
    "",
    "/attendance",
    "/schedule",
    "/schedule/add",
    "/room",
    "/people",
    "/devices",
    "/evaluation",
    "/certificates",
    "/settings",
    "/sheets",
    "/tomorrow",
)
COURSE = {
    "code": "NEW",
    "title": "Sample course",
    "summary": "In a sentence.",
    "description": "One.\nTwo.",
    "topics": "First\nSecond",
    "audience": "Investigators\nProsecutors",
    "prerequisite": "The first one.",
    "prerequisite_course": "",
    "obligation": "Be there.",
    "cost": "Free.",
    "contact": "desk@example.org",
    "questions-0-label": "Your unit",
    "questions-0-key": "",
    "questions-0-kind": "choice",
    "questions-0-choices": "Day\nNight",
    "questions-0-required": "y",
    "questions-1-label": "",
    "questions-1-key": "",
    "questions-1-kind": "text",
    "questions-1-choices": "",
}
OFFERING = {
    "code": "NEW-1",
    "title": "Sample offering",
    "city": "Lincoln",
    "state": "NE",
    "timezone": "America/Chicago",
    "starts_on": "2027-05-04",
    "ends_on": "2027-05-05",
    "capacity": "40",
    "stock": "sky",
    "host_name": "Sample host",
}


@pytest.fixture
def admin(staff):
    return staff(user=make_user(None, None, is_admin=True))


def get_course(code):
    db.session.expire_all()
    return db.session.scalars(sa.select(Course).filter_by(code=code)).one()


def course_actions():
    wanted = sa.select(AuditEntry.action).where(AuditEntry.action.like("course.%"))
    return list(db.session.scalars(wanted.order_by(AuditEntry.id)))


def test_a_course_is_added_once_and_changed(admin):
    make_course(code="FIRST")
    sent = COURSE | {"prerequisite_course": "FIRST"}

    answers = [send(admin, "/staff/courses/add", **sent) for _ in "12"]
    changed = sent | {"title": "Another title", "questions-0-key": "unit"}
    del changed["code"]
    answers.append(send(admin, "/staff/courses/NEW", **changed))

    course = get_course("NEW")
    assert [each.location for each in answers] == ["/staff/courses/NEW"] * 3
    assert (course.title, course.topics) == ("Another title", ["First", "Second"])
    assert course.audience == ["Investigators", "Prosecutors"]
    assert course.questions == [
        {
            "key": "unit",
            "label": "Your unit",
            "kind": "choice",
            "required": True,
            "choices": ["Day", "Night"],
        }
    ]
    assert course.prerequisite_id == get_course("FIRST").id
    assert course_actions() == ["course.add", "course.change"]
    shown = admin.get("/staff/courses/NEW").text
    assert 'value="Your unit"' in shown
    assert shown.count("<summary>Another question</summary>") == 2


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title": ""}, "Give it a title."),
        ({"code": "a b"}, "letters, digits, dashes"),
        ({"questions-0-choices": "Day"}, "must be two or more"),
        ({"questions-0-key": "Unit"}, "small letters"),
        ({"code": "TAKEN"}, "There is a course of this code."),
        ({"prerequisite_course": "NONE"}, "Not a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(admin, fields, sentence):
    make_course(code="TAKEN")

    answer = send(admin, "/staff/courses/add", **COURSE | fields)

    assert answer.status_code == 422
    assert sentence in " ".join(errors_of(answer))
    assert "In a sentence." in answer.text
    assert course_actions() == []


def test_a_question_without_words_is_taken_out(admin):
    send(admin, "/staff/courses/add", **COURSE)
    changed = {**COURSE, "questions-0-label": ""}
    del changed["code"]

    send(admin, "/staff/courses/NEW", **changed)

    assert get_course("NEW").questions == []


def test_a_new_offering_is_a_draft_that_its_maker_coordinates(staff, offering):
    user = make_user(Role.COORDINATOR, offering)
    browser = staff(user=user)
    address = f"/staff/courses/{offering.course.code}/offerings/add"

    answers = [send(browser, address, **OFFERING) for _ in "12"]

    locations = ["/staff/offerings/NEW-1/settings"] * 2
    assert [each.location for each in answers] == locations
    made = db.session.scalars(sa.select(Offering).filter_by(code="NEW-1")).one()
    assert (made.published_at, made.course_id) == (None, offering.course_id)
    wanted = sa.select(Membership.role).filter_by(user_id=user.id, offering_id=made.id)
    assert list(db.session.scalars(wanted)) == [Role.COORDINATOR]
    for page in PAGES:
        shown = browser.get(f"/staff/offerings/NEW-1{page}")
        assert shown.status_code == 200, page


def test_only_coordinators_of_the_course_add_offerings_of_it(staff, offering):
    other = make_offering()
    for browser, code, status in (
        (staff(Role.COORDINATOR), other.course.code, 404),
        (staff(Role.INSTRUCTOR), offering.course.code, 404),
        (staff(Role.COORDINATOR), "NONE", 404),
        (staff(Role.COORDINATOR), offering.course.code, 200),
    ):
        answer = browser.get(f"/staff/courses/{code}/offerings/add")
        assert answer.status_code == status


def test_the_list_takes_the_same_statements_for_one_and_for_many(admin, offering):
    def count():
        with counted() as seen:
            admin.get("/staff/courses")
        return len(seen)

    one = count()
    for _ in range(30):
        make_course()
    db.session.commit()

    assert count() == one


def test_coordinators_see_the_courses_of_their_offerings_only(staff, offering):
    other = make_offering()

    page = staff(Role.COORDINATOR).get("/staff/courses").text

    assert (offering.course.code in page, other.course.code in page) == (True, False)
    assert "/staff/courses/add" not in page
