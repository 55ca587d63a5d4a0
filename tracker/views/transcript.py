"""A participant's transcript across offerings: as a page, and as a PDF."""

from flask import Blueprint, Response
from flask.typing import ResponseReturnValue

from tracker import access, clock, web
from tracker.services import transcripts

bp = Blueprint("transcript", __name__, url_prefix="/me")


@bp.get("/transcript")
@access.participant
def index() -> ResponseReturnValue:
    """Show what the person attended and earned."""
    found = transcripts.read_transcript(access.current_person(), now=clock.now())
    return web.page("participant/transcript.html", transcript=found)


@bp.get("/transcript.pdf")
@access.participant
def download() -> ResponseReturnValue:
    """Give the same as a PDF, made now."""
    now = clock.now()
    found = transcripts.read_transcript(access.current_person(), now=now)
    body = transcripts.transcript_pdf(found, now=now)
    response = Response(body, mimetype="application/pdf")
    response.headers["Content-Disposition"] = "attachment; filename=transcript.pdf"
    return response
