"""Files of scans as a device saves them."""

import hmac
from typing import Any

from tests.factories import NINE_AM
from tracker.domain.queue_proof import signed_bytes
from tracker.keys import token_hash


def make_queue_file(
    offering: str, *scans: dict[str, Any], token: str, **fields: Any
) -> dict[str, Any]:
    """A file that the device of this token saved at nine, if nothing else is said."""
    content = {
        "format": "muster-scans-2",
        "offering": offering,
        "device": "Door 1",
        "exported_at": NINE_AM.isoformat(),
        "scans": list(scans),
        "unsure": [],
        "undos": [],
        **fields,
    }
    proof = hmac.digest(token_hash(token), signed_bytes(content), "sha256")
    return {**content, "proof": proof.hex()}
