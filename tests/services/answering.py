"""An offering with a short form, and people who answer it."""

from tests.factories import make_day, make_enrollment, make_offering
from tests.held import EVENING, FORM
from tracker import links
from tracker.services import batches, evaluations, sealing


def make_evaluated(**fields):
    """An offering that can be answered; its key is a new one."""
    offering = make_offering(**fields)
    folder = links.settings().evaluation_keys
    sealing.key_path(folder, offering.code).unlink(missing_ok=True)
    batches.open_batch(offering, folder)
    make_day(offering, 2)
    evaluations.set_form(offering, FORM)
    return offering


def answer(offering, *ratings, now=EVENING):
    """Let somebody new send each rating, in this order."""
    for each in ratings:
        sent = {"overall.useful": [str(each)]}
        enrollment = make_enrollment(offering=offering)
        assert evaluations.submit(enrollment, sent, now=now)
