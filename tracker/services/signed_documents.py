"""What is issued carries the host's signature, where the host has set one."""

from datetime import datetime

from tracker import links, signing


def signed(pdf: bytes, *, now: datetime) -> bytes:
    """Return the PDF signed; as it is where no signing certificate is set.

    It takes some 30 milliseconds: sign what was typeset before a lock is taken.

    Raises:
        ConflictError: the signing certificate has expired since the start.
    """
    files = links.settings().signing
    return signing.sign(pdf, files, now=now) if files else pdf
