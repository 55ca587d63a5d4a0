"""How a course's certificates look and what they say, with a preview.

The page lies in the offerings: whoever coordinates an offering of a course sees to
the course's template, and no one else but admins.
"""

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from tracker import access, clock
from tracker.db import db
from tracker.errors import InvalidError
from tracker.forms.templates import (
    PLACES,
    ImageForm,
    RemoveImageForm,
    TemplateForm,
    fields_of,
)
from tracker.models.course import ImagePurpose
from tracker.models.staff import Role
from tracker.services import audit, certificate_document, templates
from tracker.views import staff_page

bp = Blueprint(
    "templates", __name__, url_prefix="/staff/offerings/<code>/certificates/template"
)

# What a template must hold: the longest name there may be, and other scripts.
SAMPLES = {
    "longest": ("The longest name", ("Hildegard Wilhelmina " * 9)[:180].strip()),
    "latin": ("Accents", "Đặng Thị Mẫu Ữ-Łukasiewicz"),
    "arabic": ("Arabic", "شخص نموذجي"),
    "hebrew": ("Hebrew", "דוגמה אדם"),
    "devanagari": ("Devanagari", "नमूना व्यक्ति"),
    "han": ("Chinese", "样本邓小明"),
    "japanese": ("Japanese", "見本 花子 さくら"),
    "korean": ("Korean", "견본 김똠"),
}


@bp.get("")
@access.staff(Role.COORDINATOR)
def edit(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show the template of the offering's course."""
    kept = access.current_offering().course.certificate or {}
    return _show(TemplateForm(data=fields_of(kept)), ImageForm())


def _show(form: TemplateForm, image: ImageForm, status: int = 200) -> Response:
    course = access.current_offering().course
    present = {
        f"{purpose.value}-{position}"
        for purpose, position in templates.list_images(course)
    }
    return staff_page.show(
        "coordinator/template.html",
        status,
        section="Certificates",
        course=course,
        form=form,
        image=image,
        places={key: words for key, words in PLACES.items() if key in present},
        samples={key: words for key, (words, _) in SAMPLES.items()},
    )


@bp.post("")
@access.staff(Role.COORDINATOR)
def save(code: str) -> ResponseReturnValue:
    """Keep the words; certificates that were issued stay as they are."""
    form = TemplateForm()
    if not form.validate_on_submit():
        return _show(form, ImageForm(formdata=None), 422)
    actor = audit.actor_of(access.current_user())
    try:
        templates.save(
            access.current_offering(), form.words(), actor=actor, now=clock.now()
        )
    except InvalidError as error:
        form.explain(error)
        return _show(form, ImageForm(formdata=None), 422)
    db.session.commit()
    flash("Certificates issued from now on look like this.", "ok")
    return redirect(url_for(".edit", code=code), 303)


@bp.post("/image")
@access.staff(Role.COORDINATOR)
def put_image(code: str) -> ResponseReturnValue:
    """Keep an image, once it was checked and drawn."""
    form, offering = ImageForm(), access.current_offering()
    words = TemplateForm(formdata=None, data=fields_of(offering.course.certificate))
    if not form.validate_on_submit():
        return _show(words, form, 422)
    try:
        templates.put_image(
            offering,
            _place(form.place.data),
            form.file.data.read(),
            actor=audit.actor_of(access.current_user()),
            now=clock.now(),
        )
    except InvalidError as error:
        form.explain(error)
        return _show(words, form, 422)
    db.session.commit()
    flash("The image is kept.", "ok")
    return redirect(url_for(".edit", code=code), 303)


def _place(text: str) -> tuple[ImagePurpose, int]:
    purpose, _, position = text.partition("-")
    return ImagePurpose(purpose), int(position)


@bp.post("/image/remove")
@access.staff(Role.COORDINATOR)
def remove_image(code: str) -> ResponseReturnValue:
    """Take an image out."""
    form, offering = RemoveImageForm(), access.current_offering()
    if not form.validate_on_submit():
        raise InvalidError("There is no such place for an image.")
    templates.remove_image(
        offering,
        _place(form.place.data),
        actor=audit.actor_of(access.current_user()),
        now=clock.now(),
    )
    db.session.commit()
    flash("The image is taken out.", "info")
    return redirect(url_for(".edit", code=code), 303)


@bp.get("/preview")
@access.staff(Role.COORDINATOR)
def preview(code: str) -> ResponseReturnValue:  # noqa: ARG001 - the guard has loaded the offering
    """Show a sample as PDF, with a name that is hard to set."""
    offering, key = access.current_offering(), request.args.get("name", "")
    _, name = SAMPLES.get(key, SAMPLES["longest"])
    body = certificate_document.preview(offering, name, now=clock.now())
    db.session.close()
    return Response(body, mimetype="application/pdf")
