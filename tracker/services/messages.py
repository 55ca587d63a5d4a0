"""The mails that Muster sends; subjects name neither person, place nor topic (I19)."""

from datetime import datetime

from tracker import links
from tracker.models import Enrollment
from tracker.services import outbox


def queue_certificate_ready(enrollment: Enrollment, *, now: datetime) -> None:
    """Tell a participant, in the transaction of the issue, that the certificate is there."""
    code = enrollment.offering.code
    text = (
        f"Your certificate for {code} has been issued.\n\n"
        f"Sign in to download it: {links.absolute(f'/me/offerings/{code}')}\n"
    )
    outbox.queue_mail(
        "certificate", enrollment.person.email, "Your certificate is ready", text, now=now
    )
