"""Whose a queue file is: an HMAC by the token of the device that saved it.

The device knows its token, the server its SHA-256: that is the key. What is signed
is JSON of the file's parts in a fixed order, without spaces and with nothing escaped
that need not be: the bytes that JavaScript's JSON.stringify makes as well.
"""

import hmac
import json
from collections.abc import Iterable
from typing import Any, TypeVar

SCAN_PARTS = (
    "id", "pass", "note", "segment", "direction", "scanned_at", "offset_ms",
)  # fmt: skip
UNDO_PARTS = ("id", "scan", "made_at")
PURPOSE = b"muster queue file\n"

Signer = TypeVar("Signer")


def signed_bytes(content: dict[str, Any]) -> bytes:
    """Return what the proof of a file is made of; `content` is the file's JSON."""
    parts = [content.get(name) for name in ("format", "offering", "device")]
    parts += [content.get("exported_at"), content.get("unsure")]
    parts += [_rows(content.get("scans"), SCAN_PARTS)]
    parts += [_rows(content.get("undos"), UNDO_PARTS)]
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return PURPOSE + text.encode()


def _rows(items: Any, names: tuple[str, ...]) -> list[list[Any]]:
    return [[item.get(name) for name in names] for item in items or []]


def read_proof(value: Any) -> bytes:
    """Read a file's proof; one that cannot be read fits no device."""
    try:
        return bytes.fromhex(value)
    except (TypeError, ValueError):
        return b""


def find_signer(
    signed: bytes, proof: bytes, candidates: Iterable[tuple[Signer, bytes]]
) -> Signer | None:
    """Return whose key made a proof; `candidates` are given with their keys."""
    for candidate, key in candidates:
        if hmac.compare_digest(hmac.digest(key, signed, "sha256"), proof):
            return candidate
    return None
