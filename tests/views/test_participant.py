import re
from datetime import timedelta
from html import unescape

import pytest
import sqlalchemy as sa

from tests.factories import (
    NINE_AM,
    make_day,
    make_enrollment,
    make_instructor,
    make_offering,
    make_pass,
    make_person,
    make_scan,
    make_segment,
    sign_in,
)
from tests.views.forms import hidden, send
from tracker import qr
from tracker.db import db
from tracker.domain.scans import Outcome, Reason
from tracker.models import Attendance, Certificate, EvaluationReceipt, SealedResponse
from tracker.models.enrollment import EnrollmentKind
from tracker.services import batches, evaluations, sealing

ENDS_AT = NINE_AM + timedelta(hours=5, minutes=30)
SENDING = ENDS_AT - timedelta(minutes=15)
ME = "/me/offerings/OWN"
EVALUATION = f"{ME}/evaluation"
CERTIFICATE = f"{ME}/certificate"


@pytest.fixture
def offering(app, tmp_path):
    """An offering of three segments with the default form."""
    offering = make_offering(
        code="OWN", title="A topic", stock="sky", ends_on=NINE_AM.date()
    )
    batches.open_batch(offering, tmp_path)
    make_instructor(offering, make_day(offering)[:1], name="Sample Teacher")
    evaluations.set_form(offering, evaluations.default_form())
    return offering


@pytest.fixture
def enrollment(offering):
    enrollment = make_enrollment(offering=offering, name="Ada Sample")
    make_pass(enrollment)
    return enrollment


@pytest.fixture
def person(client, enrollment):
    """The participant, signed in."""
    sign_in(client, enrollment.person, now=NINE_AM)
    return enrollment.person


def attend(enrollment, *numbers):
    """Check an enrollment in at these segments of its offering, on time."""
    for segment in enrollment.offering.segments:
        if segment.number in (numbers or (1, 2, 3)):
            at = segment.starts_at
            row = Attendance(
                enrollment_id=enrollment.id,
                segment_id=segment.id,
                in_count=1,
                first_in=at,
                first_source=f"scan:{segment.number}",
                last_in=at,
            )
            db.session.add(row)
    db.session.flush()


def answers(page):
    """Answer every required question that a page asks."""
    names = re.findall(r'type="radio" name="([^"]+)" value="4"', page.text)
    return dict.fromkeys(names, "4")


def text_of(page):
    """A page's words, without its marks."""
    main = page.text.partition("<main")[2].partition("</main>")[0].partition(">")[2]
    return words(main)


def words(marked):
    """The words of a piece of a page."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", marked)).split())


def count(model):
    return db.session.scalar(sa.select(sa.func.count()).select_from(model))


def count_statements(connection, client, address):
    """How many statements one page takes."""
    seen = []
    listener = lambda *arguments: seen.append(arguments[2])  # noqa: E731
    sa.event.listen(connection, "before_cursor_execute", listener)
    try:
        assert client.get(address).status_code == 200
    finally:
        sa.event.remove(connection, "before_cursor_execute", listener)
    return len([each for each in seen if "SAVEPOINT" not in each])


PAGES = ["", "/programme", "/evaluation", "/certificate"]


@pytest.mark.parametrize("address", ["/me", *[ME + page for page in PAGES]])
def test_nobody_signed_in_is_sent_to_sign_in(client, enrollment, address):
    answer = client.get(address)

    assert (answer.status_code, answer.location) == (303, "/sign-in")


def test_a_script_of_nobody_signed_in_is_told_so(client, enrollment):
    answer = client.get("/me/csrf")

    assert (answer.status_code, answer.mimetype) == (401, "application/problem+json")


@pytest.mark.parametrize("page", PAGES)
def test_another_persons_offering_is_not_there(client, person, page):
    make_enrollment(offering=make_offering(code="OTHER"))

    known = client.get(f"/me/offerings/OTHER{page}")
    unknown = client.get(f"/me/offerings/NOWHERE{page}")

    assert (known.status_code, unknown.status_code) == (404, 404)
    assert text_of(known) == text_of(unknown)


@pytest.mark.parametrize("page", ["/evaluation", "/certificate"])
def test_nothing_can_be_sent_to_another_persons_offering(client, person, page):
    make_enrollment(offering=make_offering(code="OTHER"))
    fields = hidden(client.get("/me"))

    answer = client.post(f"/me/offerings/OTHER{page}", data=fields)

    assert answer.status_code == 404


def test_withdrawn_enrollment_is_not_there(client, enrollment, person):
    enrollment.withdrawn_at = NINE_AM
    db.session.flush()

    assert client.get(ME).status_code == 404
    assert "No pass here" in client.get("/me").text


def test_home_lists_ones_own_enrollments_only(client, enrollment, person):
    make_enrollment(offering=make_offering(code="LATER"), person=person)
    make_enrollment(offering=make_offering(code="OTHER"))

    found = re.findall(r'href="/me/offerings/([A-Z]+)"', client.get("/me").text)

    assert sorted(found) == ["LATER", "OWN"]


def test_pass_shows_its_code_and_name_and_no_topic(client, enrollment, person):
    text = make_pass(enrollment)

    page = client.get(ME)

    assert f'd="{qr.symbol(text).path}"' in page.text
    assert "<title>My pass · Muster</title>" in page.text
    assert "Ada Sample" in page.text
    for topic in (
        enrollment.offering.title,
        enrollment.offering.course.title,
        "Segment 1.",
    ):
        assert topic not in page.text


def test_withdrawn_pass_shows_no_code(client, enrollment, person):
    enrollment.passes[0].revoked_at = NINE_AM
    db.session.flush()

    page = client.get(ME)

    assert "Your pass was withdrawn." in page.text
    assert 'class="code"' not in page.text


@pytest.mark.parametrize("page", ["", "/programme", "/evaluation"])
def test_own_pages_are_kept_nowhere_and_listed_nowhere(client, person, page):
    headers = client.get(ME + page).headers

    assert (headers["Cache-Control"], headers["X-Robots-Tag"]) == (
        "no-store",
        "noindex, nofollow",
    )


def test_next_segment_is_told_in_the_offerings_zone(client, clock, person):
    clock.moment = NINE_AM + timedelta(hours=1, minutes=54)

    page = client.get(ME)

    shown = page.text.partition('<li class="nextup" data-opens')[2]
    shown = shown.partition(">")[2].partition("</li>")[0]
    assert words(shown) == "11:00 Segment 2 Hall In 6 min"


def test_what_is_missing_is_told_in_plain_words(client, clock, enrollment, person):
    attend(enrollment, 1)
    clock.moment = ENDS_AT - timedelta(hours=1)

    page = text_of(client.get(ME))

    assert "Attended 1 of 3" not in page  # it is the ring's label, not text
    assert "1 to make up for your certificate You missed segment 2." in page
    assert "1 of 3 is still to come. Your evaluation has not been sent." in page


def test_evaluation_is_asked_for_once_it_can_be_sent(client, clock, person):
    assert "to do:" not in client.get(ME).text
    clock.moment = SENDING

    assert "to do:" in client.get(ME).text
    assert "to do:" in client.get(f"{ME}/programme").text


def test_programme_shows_segments_by_day_and_how_one_stands(
    client, clock, enrollment, person
):
    attend(enrollment, 1)
    make_segment(
        offering=enrollment.offering, number=4, starts_at=NINE_AM + timedelta(days=1)
    )
    clock.moment = NINE_AM + timedelta(hours=2)

    page = text_of(client.get(f"{ME}/programme"))

    assert page.index("Tuesday, 3 November") < page.index("Wednesday, 4 November")
    assert "1. Segment 1 Hall, until 10:30 Present, in at 09:00" in page


def test_own_scans_are_shown_with_their_reasons(client, enrollment, person):
    segment = enrollment.offering.segments[0]
    make_scan(enrollment, segment)
    make_scan(enrollment, segment, outcome=Outcome.REFUSED, reason=Reason.CLOSED)
    make_scan(enrollment, None, outcome=Outcome.HELD, reason=Reason.CLOCK_UNSURE)
    make_scan(make_enrollment(offering=enrollment.offering), segment)

    page = text_of(client.get(f"{ME}/programme"))

    assert page.count("Tue 3 Nov, 09:00") == 3
    assert "Checked in Segment 1" in page
    assert "Not taken Segment 1 Check-in had closed." in page
    assert (
        "Kept for a decision No segment The scanner's clock was not certain. "
        "A coordinator decides whether it counts."
    ) in page


# The certificate.


@pytest.fixture
def complete(enrollment, clock):
    """Everything is there; the training is over."""
    attend(enrollment)
    db.session.add(EvaluationReceipt(enrollment_id=enrollment.id))
    db.session.flush()
    clock.moment = ENDS_AT
    return enrollment


def test_certificate_is_issued_on_request_and_handed_out_as_issued(
    client, complete, person
):
    assert "Issue my certificate" in client.get(ME).text

    answer = send(client, CERTIFICATE, client.get(ME))
    again = send(client, CERTIFICATE, client.get("/me"))

    issued = db.session.scalars(sa.select(Certificate)).one()
    pdf = client.get(CERTIFICATE)
    assert [(each.status_code, each.location) for each in (answer, again)] == [
        (303, ME)
    ] * 2
    assert (pdf.data, pdf.mimetype) == (issued.pdf, "application/pdf")
    assert pdf.headers["Content-Disposition"] == "attachment; filename=certificate.pdf"
    assert pdf.headers["Cache-Control"] == "no-store"
    assert issued.serial in client.get(ME).text


def test_no_certificate_before_the_gate_opens(client, clock, complete, person):
    clock.moment = ENDS_AT - timedelta(seconds=1)

    answer = send(client, CERTIFICATE, client.get("/me"))

    assert (answer.status_code, count(Certificate)) == (409, 0)
    assert "Issue my certificate" not in client.get(ME).text
    assert client.get(CERTIFICATE).status_code == 404


# The evaluation.


def test_sending_makes_a_receipt_and_thanks(
    client, clock, enrollment, person, tmp_path
):
    clock.moment = SENDING
    page = client.get(EVALUATION)

    answer = send(client, EVALUATION, page, **answers(page))

    assert (answer.status_code, answer.location) == (303, EVALUATION)
    assert db.session.scalars(sa.select(EvaluationReceipt.enrollment_id)).all() == [
        enrollment.id
    ]
    assert "Your evaluation has arrived" in client.get(EVALUATION).text
    row = db.session.scalars(sa.select(SealedResponse)).one()
    plain = sealing.unseal(
        row.sealed, sealing.key_path(tmp_path, "OWN").read_bytes(), "OWN"
    )
    assert b'"segment.3.clarity":4' in plain
    for private in (b"Ada", enrollment.public_id.encode(), person.public_id.encode()):
        assert private not in plain


def test_second_tap_gets_the_same_friendly_answer(client, clock, person):
    clock.moment = SENDING
    page = client.get(EVALUATION)
    first = send(client, EVALUATION, page, **answers(page))

    second = send(client, EVALUATION, page, **answers(page))

    assert (second.status_code, second.location) == (first.status_code, first.location)
    assert (count(EvaluationReceipt), count(SealedResponse)) == (1, 1)


def test_program_that_sends_is_told_that_it_arrived(client, clock, person):
    clock.moment = SENDING
    page = client.get(EVALUATION)
    token = client.get("/me/csrf", headers={"Accept": "application/json"})

    answer = client.post(
        EVALUATION,
        data={**answers(page), **token.json},
        headers={"Accept": "application/json"},
    )

    assert token.headers["Cache-Control"] == "no-store"
    assert (answer.status_code, answer.json) == (200, {"received": True})


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("overall.useful", "6", "Please choose a number from 1 to 5."),
        ("overall.useful", "", "Please answer this question."),
        (
            "overall.change",
            "x" * 5001,
            "Please shorten this to 5,000 characters; it has 5,001.",
        ),
    ],
)
def test_unfit_answer_comes_back_beside_its_question_with_the_text_kept(
    client, clock, person, field, value, sentence
):
    clock.moment = SENDING
    page = client.get(EVALUATION)
    fields = {
        **answers(page),
        "overall.helped_most": "The <b>role</b> play",
        field: value,
    }

    answer = send(client, EVALUATION, page, **fields)

    assert answer.status_code == 422
    assert f'id="{field}-error"><span>{sentence}</span>' in answer.text
    assert f'<a href="#{field}">' in answer.text
    assert "The &lt;b&gt;role&lt;/b&gt; play" in answer.text
    assert value in answer.text
    assert (count(EvaluationReceipt), count(SealedResponse)) == (0, 0)


def test_answer_to_a_question_not_asked_is_refused(client, clock, person):
    clock.moment = SENDING
    page = client.get(EVALUATION)
    fields = {**answers(page), "segment.9.clarity": "4"}

    answer = send(client, EVALUATION, page, **fields)
    told = client.post(
        EVALUATION,
        data={**hidden(page), **fields},
        headers={"Accept": "application/json"},
    )

    assert answer.status_code == 422
    assert "Something was sent that this form does not ask for." in answer.text
    assert told.json["errors"] == [
        {
            "pointer": "segment.9.clarity",
            "detail": "This question is not part of the form.",
        }
    ]
    assert count(EvaluationReceipt) == 0


def test_absence_answers_a_whole_part(client, clock, person):
    clock.moment = SENDING
    page = client.get(EVALUATION)
    fields = {
        name: value
        for name, value in answers(page).items()
        if not name.startswith("segment.2.")
    }

    answer = send(client, EVALUATION, page, **fields, **{"segment.2.absent": "1"})

    assert (answer.status_code, count(SealedResponse)) == (303, 1)


def test_parts_open_when_their_segment_has_ended(client, clock, person):
    def asked():
        page = client.get(EVALUATION).text
        return sorted(set(re.findall(r'name="(\w+\.?\d?)\.(?:useful|clarity)"', page)))

    clock.moment = NINE_AM + timedelta(minutes=89)
    assert asked() == []
    clock.moment = NINE_AM + timedelta(minutes=90)
    assert asked() == ["segment.1"]
    clock.moment = SENDING
    assert asked() == ["overall", "segment.1", "segment.2", "segment.3"]


def test_nothing_is_taken_before_sending_opens(client, clock, person):
    clock.moment = SENDING
    page = client.get(EVALUATION)
    clock.moment = SENDING - timedelta(minutes=6)

    answer = send(client, EVALUATION, page, **answers(page))

    assert (answer.status_code, count(EvaluationReceipt)) == (409, 0)
    assert "data-send>" not in client.get(EVALUATION).text


def test_late_answers_are_taken_and_the_page_says_what_becomes_of_them(
    client, clock, person
):
    clock.moment = SENDING + timedelta(days=8)
    sign_in(client, person, now=clock.moment)
    page = client.get(EVALUATION)
    assert "yours wait sealed until five late ones can be mixed" in page.text

    answer = send(client, EVALUATION, page, **answers(page))

    assert (answer.status_code, count(EvaluationReceipt)) == (303, 1)


def test_guest_is_not_asked(client, clock, enrollment, person):
    enrollment.kind = EnrollmentKind.GUEST
    db.session.flush()
    clock.moment = SENDING

    assert "This is for participants." in client.get(EVALUATION).text
    assert "no certificate comes with it" in client.get(ME).text


def test_sending_needs_the_token_against_forgery(client, clock, person):
    clock.moment = SENDING

    answer = client.post(EVALUATION, data=answers(client.get(EVALUATION)))

    assert (answer.status_code, count(EvaluationReceipt)) == (400, 0)


def test_plain_notice_stands_before_the_button(client, clock, person):
    clock.moment = SENDING
    page = text_of(client.get(EVALUATION))

    for words in ("Your answers are anonymous.", "It is known that you have answered,"):
        assert page.index(words) < page.index("Send my answers")


# The worker, and the cost of pages.


def test_worker_may_do_nothing_but_fetch_from_here(client):
    answer = client.get("/me/sw.js")

    assert (answer.mimetype, answer.headers["Cache-Control"]) == (
        "text/javascript",
        "no-cache",
    )
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; connect-src 'self'; frame-ancestors 'none'"
    )


@pytest.mark.parametrize("page", ["", "/programme", "/evaluation"])
def test_pages_take_the_same_statements_however_long(
    client, clock, connection, enrollment, person, page
):
    clock.moment = SENDING
    few = count_statements(connection, client, ME + page)
    for number in range(4, 20):
        starts_at = NINE_AM - timedelta(hours=2 * number)
        segment = make_segment(
            offering=enrollment.offering, number=number, starts_at=starts_at
        )
        make_scan(enrollment, segment)
        make_instructor(enrollment.offering, [segment], position=number)

    assert count_statements(connection, client, ME + page) == few


def test_home_takes_the_same_statements_for_one_and_for_many(
    client, connection, person
):
    few = count_statements(connection, client, "/me")
    for _ in range(5):
        make_enrollment(offering=make_offering(), person=person)

    assert count_statements(connection, client, "/me") == few


def test_person_without_enrollments_sees_an_empty_page(client):
    sign_in(client, make_person(), now=NINE_AM)

    assert "No pass here" in client.get("/me").text
