"""How a course's certificates look: kept by its coordinators, printed, previewed."""

import io
from datetime import timedelta

import pytest

from tests.domain.test_templates import raster, svg
from tests.factories import NINE_AM, make_offering, make_user
from tests.printed import accessibility_findings, codes_on, pictures_of
from tests.printed import text_of as text_of_pdf
from tests.views.desk import actions, at, complete, facts, text_of
from tests.views.forms import errors_of, hidden, send
from tracker.models import CourseImage
from tracker.models.staff import Role
from tracker.services import certificates
from tracker.services.audit import CLI

EVENING = NINE_AM + timedelta(hours=7)
WORDS = {
    "host_name": "Sample Host",
    "host_address": "1 Sample Street",
    "signatories": "Ann Sample; Director",
    "title": "Certificate of Attendance",
    "statement": "who took part in",
    "colour": "#1e4f7a",
    "accreditation_lines": "Sample accreditation 0000",
}


@pytest.fixture
def page(offering, session):
    offering.host, offering.signatories = {}, []
    session.commit()
    return at(offering, "/certificates/template")


def upload(browser, page, data, place="logo-0"):
    fields = {**hidden(browser.get(page)), "place": place}
    return browser.post(
        f"{page}/image",
        data={**fields, "file": (io.BytesIO(data), "logo.png")},
        content_type="multipart/form-data",
    )


def issue(ada):
    complete(ada)
    return certificates.issue(ada, actor=CLI, now=EVENING)


def test_a_template_is_what_certificates_say_from_then_on(
    coordinator, page, ada, session, tmp_path
):
    assert send(coordinator, page, **WORDS).status_code == 303
    assert upload(coordinator, page, raster("PNG")).status_code == 303
    drawn = svg('<path d="M0 0L9 9" stroke="#123"/>')
    assert upload(coordinator, page, drawn, "signature-0").status_code == 303

    shown = coordinator.get(page)
    assert 'value="Sample Host"' in shown.text
    session.expire_all()
    pdf = issue(ada).pdf
    said = text_of_pdf(pdf)
    for words in ("1 Sample Street", "Ann Sample", "Certificate of Attendance",
                  "who took part in", "Sample accreditation 0000"):  # fmt: skip
        assert words in said
    assert accessibility_findings(pdf, tmp_path) == []
    (picture,) = pictures_of(pdf, dpi=150)
    assert len(codes_on(picture)) == 1
    assert (30, 79, 122) in {colour for _, colour in picture.getcolors(1 << 24) or []}
    assert actions(session, ada.offering)[0] == "template.save"


def test_a_later_template_alters_no_certificate_that_was_issued(
    coordinator, page, ada, session
):
    before = issue(ada)
    kept = bytes(before.pdf)
    session.commit()

    send(coordinator, page, **WORDS)

    session.expire_all()
    assert certificates.get_by_serial(before.serial).pdf == kept


def test_an_image_is_checked_replaced_and_taken_out(coordinator, page, session):
    refused = upload(coordinator, page, svg("<script/>"))
    for kind in ("PNG", "JPEG"):
        upload(coordinator, page, raster(kind))
    (row,) = facts(session, CourseImage)
    media_type = row.media_type
    form = {**hidden(coordinator.get(page)), "place": "logo-0"}
    taken = coordinator.post(f"{page}/image/remove", data=form)

    assert refused.status_code == 422
    assert "holds &lt;script&gt;" in refused.text
    assert media_type == "image/jpeg"
    assert taken.status_code == 303
    assert facts(session, CourseImage) == []


def test_what_cannot_be_kept_is_said_and_given_back(coordinator, page, ada):
    answer = send(coordinator, page, **{**WORDS, "colour": "#ffff00"})

    assert answer.status_code == 422
    assert errors_of(answer) == [
        "This is too pale to be read on white; take a darker one."
    ]
    assert not ada.offering.course.certificate


def test_words_that_no_font_has_are_refused_beside_their_field(coordinator, page, ada):
    strange = {"host_address": "1 \U00013000 Street"}

    answer = send(coordinator, page, **{**WORDS, **strange})

    assert answer.status_code == 422
    assert errors_of(answer) == [
        "These characters cannot be printed here: \U00013000 (U+13000)."
    ]
    assert not ada.offering.course.certificate


@pytest.mark.parametrize("name", ["longest", "arabic", "korean", "no such"])
def test_a_preview_shows_hard_names_and_certifies_nothing(coordinator, page, name):
    answer = coordinator.get(f"{page}/preview?name={name}")

    assert answer.mimetype == "application/pdf"
    said = text_of_pdf(answer.data)
    assert "Sample, not a certificate" in said
    assert {"arabic": "شخص", "korean": "견본"}.get(name, "Hildegard") in said


def test_a_coordinator_of_another_course_sees_none_of_it(staff, page, ada):
    stranger = staff(user=make_user(Role.COORDINATOR, make_offering()))

    assert stranger.get(page).status_code == 404


def test_whose_name_lacks_a_glyph_is_told_before_anything_is_issued(
    coordinator, ada, session
):
    ada.person.name = "Ada \U00013000"
    session.commit()

    said = text_of(coordinator.get(at(ada.offering, "/certificates")))

    assert "Names that cannot be printed" in said
    assert "U+13000" in said


def test_so_are_the_words_that_everybodys_certificate_has(coordinator, ada, session):
    ada.offering.accreditations = [
        {"jurisdiction": "Sample CLE", "unit": "hours", "line": "Approved \U00013000"}
    ]
    session.commit()

    said = text_of(coordinator.get(at(ada.offering, "/certificates")))

    assert "Words that cannot be printed" in said
    assert "Approved \U00013000: These characters cannot be printed" in said
    assert "Names that cannot be printed" not in said
