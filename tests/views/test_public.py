import re
from datetime import date, timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from tests.factories import (
    LONG_AGO,
    NINE_AM,
    make_course,
    make_day,
    make_enrollment,
    make_offering,
    make_pass,
    sign_in,
)
from tracker.db import db

TOPIC = "A grave topic"
SCHEDULE = "/api/v1/schedule"
FIRST_DAY = NINE_AM - timedelta(hours=9)  # as it begins in Omaha
MONTHS = re.compile(r'<h3>(\w+ \d+)</h3>|href="/offerings/([\w-]+)"')


@pytest.fixture
def offering(app):
    """An offering with everything that is public, and much that is not."""
    course = make_course(
        code="GRAVE",
        title=TOPIC,
        summary="In a sentence.",
        description="First paragraph.\nSecond <b>paragraph</b>.",
        audience=["law enforcement", "prosecutors"],
        prerequisite="An online course.",
        obligation="Attend every segment.",
        cost="Free of charge.",
        contact="course@example.org",
        topics=["First topic", "Second topic"],
    )
    offering = make_offering(
        course=course,
        code="GRAVE-1",
        venue="12 Hidden Street",
        contact="here@example.org",
    )
    make_day(offering)
    return offering


def words_of(page):
    main = page.text.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def listed(page):
    """Months and offerings of the schedule, in their order."""
    return [month or code for month, code in MONTHS.findall(page.text)]


def test_empty_schedule_says_so(client):
    assert "Nothing is planned yet" in client.get("/").text


def test_schedule_lists_what_is_to_come_first_and_then_what_is_over(client):
    for code, day in (
        ("OLDEST", date(2026, 1, 12)),
        ("OLD", date(2026, 10, 5)),
        ("LAST-DAY", date(2026, 10, 31)),
        ("NEXT", date(2026, 11, 9)),
        ("LATER", date(2027, 11, 8)),
    ):
        make_offering(code=code, starts_on=day, ends_on=day + timedelta(days=3))

    assert listed(client.get("/")) == [
        "October 2026",
        "LAST-DAY",
        "November 2026",
        "NEXT",
        "November 2027",
        "LATER",
        "October 2026",
        "OLD",
        "January 2026",
        "OLDEST",
    ]


def test_last_day_is_over_at_midnight_where_the_offering_is_held(client, clock):
    make_offering(starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 3))

    clock.moment = NINE_AM + timedelta(hours=14, minutes=59)  # 23:59 in Omaha
    assert "Held before" not in client.get("/").text
    clock.moment += timedelta(minutes=1)
    assert "Held before" in client.get("/").text


def test_offering_shows_city_dates_and_conditions(client, offering):
    assert words_of(client.get("/offerings/GRAVE-1")) == (
        "Offering GRAVE-1 Omaha, NE 3–6 November 2026 "
        "Applying Applications are closed. A grave topic In a sentence. "
        "For law enforcement, prosecutors Comes first An online course. "
        "You commit to Attend every segment. Cost Free of charge. "
        "Contact here@example.org"
    )


def test_course_shows_its_topics_and_what_is_to_come(client, offering):
    page = words_of(client.get("/courses/GRAVE"))

    assert "Topics First topic Second topic" in page
    assert "First paragraph. Second <b>paragraph</b>." in page
    assert "To come 3 Nov 2026 Omaha, NE 3–6 November 2026 GRAVE-1" in page


def test_a_draft_is_shown_nowhere(client, offering):
    offering.published_at = None
    db.session.commit()

    assert [client.get(address).status_code for address in PUBLIC] == [200, 200, 404]
    for address in (*PUBLIC[:2], SCHEDULE):
        assert "GRAVE-1" not in client.get(address).text


def test_a_draft_answers_like_an_offering_that_does_not_exist(client, offering):
    offering.published_at = None
    db.session.commit()

    draft, none = client.get("/offerings/GRAVE-1"), client.get("/offerings/GRAVE-9")

    assert draft.text.replace("GRAVE-1", "GRAVE-9") == none.text


def test_a_cancelled_offering_says_so_and_takes_no_applications(client, offering):
    offering.cancelled_at = offering.applications_open_at = LONG_AGO
    db.session.commit()

    page = words_of(client.get("/offerings/GRAVE-1"))

    assert "Cancelled" in words_of(client.get("/"))
    assert "This offering is cancelled. It does not take place." in page
    assert "/apply" not in client.get("/offerings/GRAVE-1").text


@pytest.mark.parametrize(
    ("opens_at", "closes_at", "said"),
    [
        (None, None, "Applications are not open yet."),
        (LONG_AGO, None, "Applications are open. Apply"),
        (
            LONG_AGO,
            FIRST_DAY,
            "Applications are open until 3 November 2026, 00:00 (America/Chicago).",
        ),
        (
            FIRST_DAY - timedelta(hours=6),
            FIRST_DAY,
            "Applications open on 2 November 2026, 18:00 (America/Chicago), "
            "and close on 3 November 2026, 00:00.",
        ),
        (LONG_AGO, LONG_AGO + timedelta(days=9), "Applications are closed."),
    ],
)
def test_an_offering_says_whether_it_takes_applications(
    client, clock, offering, opens_at, closes_at, said
):
    offering.applications_open_at = opens_at
    offering.applications_close_at = closes_at
    db.session.commit()
    clock.moment = FIRST_DAY - timedelta(days=1)

    page = client.get("/offerings/GRAVE-1")

    assert said in words_of(page)
    assert ('href="/offerings/GRAVE-1/apply"' in page.text) is said.startswith(
        "Applications are open"
    )


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("", ["HERE", "THERE", "LATER"]),
        ("?state=NE", ["HERE", "LATER"]),
        ("?month=2027-11", ["THERE", "LATER"]),
        ("?state=NE&month=2027-11", ["LATER"]),
        ("?state=ZZ", []),
        ("?month=%00&other=1", []),
    ],
)
def test_the_schedule_is_picked_by_state_and_month(client, query, codes):
    for code, state, day in (
        ("HERE", "NE", date(2026, 12, 1)),
        ("THERE", "IA", date(2027, 11, 2)),
        ("LATER", "NE", date(2027, 11, 9)),
    ):
        make_offering(code=code, state=state, starts_on=day, ends_on=day)

    page = client.get(f"/{query}")

    assert [each for each in listed(page) if " " not in each] == codes
    assert ("Nothing to come here" in page.text) is not codes


def test_the_schedule_is_there_for_programs_without_a_token(client, offering):
    offering.applications_open_at = LONG_AGO
    offering.applications_close_at = FIRST_DAY
    db.session.commit()

    assert client.get(SCHEDULE).json == [
        {
            "code": "GRAVE-1",
            "course": "GRAVE",
            "course_title": TOPIC,
            "city": "Omaha",
            "state": "NE",
            "timezone": "America/Chicago",
            "starts_on": "2026-11-03",
            "ends_on": "2026-11-06",
            "applications": "closed",
            "applications_open_at": "2025-12-31T18:00:00-06:00",
            "applications_close_at": "2026-11-03T00:00:00-06:00",
            "url": "http://127.0.0.1:5000/offerings/GRAVE-1",
        }
    ]


def test_a_course_names_the_one_to_finish_before_and_what_was_held(client, offering):
    before = make_course(code="FIRST")
    offering.course.prerequisite_id = before.id
    make_offering(
        course=offering.course, starts_on=date(2026, 1, 5), ends_on=date(2026, 1, 6)
    )
    db.session.commit()

    page = client.get("/courses/GRAVE")

    assert '<a href="/courses/FIRST">About FIRST</a>' in page.text
    assert "Held before 5 Jan 2026" in words_of(page)


PUBLIC = ["/", "/courses/GRAVE", "/offerings/GRAVE-1"]


@pytest.mark.parametrize("address", PUBLIC)
def test_public_pages_show_neither_venue_nor_segments_nor_people(
    client, offering, address
):
    make_enrollment(offering=offering, name="Ada Sample")

    page = client.get(address).text

    for private in (
        "Hidden Street",
        "Segment 1",
        "Hall",
        "09:00",
        "Ada",
        "Sample Host",
    ):
        assert private not in page


@pytest.mark.parametrize("address", [*PUBLIC, "/p/X", "/verify"])
def test_no_title_holds_the_topic(client, offering, address):
    title = re.findall("<title>(.*)</title>", client.get(address).text)[0]

    assert TOPIC not in title
    assert title.endswith(" · Muster")


@pytest.mark.parametrize("address", ["/courses/NONE", "/offerings/NONE"])
def test_unknown_codes_are_not_there(client, offering, address):
    assert client.get(address).status_code == 404


def test_any_pass_opens_the_same_page_in_any_browser(client, offering):
    enrollment = make_enrollment(offering=offering)
    real = client.get(f"/p/{make_pass(enrollment)}")
    sign_in(client, enrollment.person, now=NINE_AM)

    for anything in ("nonsense", "a/b/c", "%F0%9F%98%80", "x" * 2000):
        other = client.get(f"/p/{anything}")
        assert (other.status_code, other.data) == (200, real.data)
    assert words_of(real) == (
        "A pass This code checks somebody in at a training and opens nothing else."
    )


def test_pass_is_opened_without_being_looked_up(client, connection):
    seen = []
    listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731
    sa.event.listen(connection, "before_cursor_execute", listener)
    client.get("/p/ANY")
    sa.event.remove(connection, "before_cursor_execute", listener)

    assert [each for each in seen if "passes" in each] == []


@pytest.mark.parametrize(
    ("address", "rule"),
    [
        *[(address, "all") for address in PUBLIC],
        ("/offerings/NONE", "noindex, nofollow"),
        ("/p/ANY", "noindex, nofollow"),
        ("/verify", "noindex, nofollow"),
        ("/me", "noindex, nofollow"),
        ("/sign-in", "noindex, nofollow"),
    ],
)
def test_search_engines_may_list_public_pages_only(client, offering, address, rule):
    assert client.get(address).headers["X-Robots-Tag"] == rule


def test_robots_are_told_where_not_to_go(client):
    answer = client.get("/robots.txt")

    assert (answer.mimetype, answer.text.splitlines()[:2]) == (
        "text/plain",
        ["User-agent: *", "Disallow: /me"],
    )


@pytest.mark.parametrize("address", ["/", "/courses/GRAVE", SCHEDULE])
def test_lists_take_the_same_statements_for_one_and_for_many(
    client, connection, offering, address
):
    def count():
        seen = []
        listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731
        sa.event.listen(connection, "before_cursor_execute", listener)
        client.get(address)
        sa.event.remove(connection, "before_cursor_execute", listener)
        return len([each for each in seen if "SAVEPOINT" not in each])

    one = count()
    for _ in range(30):
        make_offering(course=offering.course)
        make_offering()

    assert count() == one
