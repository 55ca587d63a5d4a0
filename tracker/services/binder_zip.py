"""A binder as one zip: its first page, its files in a fixed order, their checksums."""

import hashlib
import stat
import zipfile
from collections.abc import Iterator
from datetime import UTC
from typing import IO, Any

from tracker.domain.binders import Scope
from tracker.services import binder_papers
from tracker.services.binders import Contents

FIRST_PAGE = "README.txt"
CHECKSUMS = "checksums.txt"
SCOPES = {
    Scope.WHOLE: "everybody enrolled",
    Scope.NAMELESS: "everybody enrolled, without names",
    Scope.JURISDICTION: "those with credit in one jurisdiction",
    Scope.PERSON: "one person",
}
NAMELESS = """\
Nobody is named. People, staff and facts have ids made for this binder, the same in
every binder without names of this offering; what anybody wrote, certificates and
their serials are left out, and lists are in the order of these ids.
"""
HOW_TO_READ = """\
Times are those of the clock where the offering was held, with their offset from UTC.
Tables are CSV in UTF-8. An apostrophe at the start of a cell keeps a spreadsheet
from taking the text for a formula; it is not part of the text.
Certificates and statements are the very bytes that were issued.

{checksums} has the SHA-256 of every other file. To check them, unpack the
binder and run there:  sha256sum -c {checksums}

audit/ has the offering's log of what staff did. Each entry is sealed together with
the seal before it, under a key that stays with the host: an entry that is changed,
left out or moved breaks every seal after it. The host checks the chain with
"tracker audit verify"; what that found is in audit/proof.json. A later binder must
begin with the same seals.
"""


def write(contents: Contents, sink: IO[bytes] | Any) -> Iterator[int]:
    """Write a binder to a file that need not be sought; give how many files are in.

    Only a batch of certificates is in memory at a time. Between two steps no
    transaction is open.
    """
    with zipfile.ZipFile(sink, "w") as archive:
        adding = _Adding(contents, archive)
        adding.add(FIRST_PAGE, first_page(contents).encode())
        for each in contents.entries:
            adding.add(each.name, each.data)
        yield adding.count
        for batch in binder_papers.in_batches(contents.papers):
            files = binder_papers.read_files(batch)
            for paper, data in zip(batch, files, strict=True):
                adding.add(paper.name, data, zipfile.ZIP_STORED)
            yield adding.count
        adding.add(CHECKSUMS, "".join(adding.checksums).encode())
    yield adding.count


class _Adding:
    """Adds files with one date and one right, and keeps their checksums."""

    def __init__(self, contents: Contents, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._date = contents.made_at.astimezone(UTC).timetuple()[:6]
        self.checksums: list[str] = []
        self.count = 0

    def add(self, name: str, data: bytes, how: int = zipfile.ZIP_DEFLATED) -> None:
        info = zipfile.ZipInfo(name, self._date)
        info.compress_type = how
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        self._archive.writestr(info, data)
        self.checksums.append(f"{hashlib.sha256(data).hexdigest()}  {name}\n")
        self.count += 1


def first_page(contents: Contents) -> str:
    """Say what the binder is, and what each file in it."""
    lines = [
        f"Binder of the offering {contents.code}",
        f"About: {SCOPES[contents.wish.scope]} ({contents.people_count})",
        f"Made: {contents.made_at.isoformat(timespec='seconds')}",
        "",
        *(f"{each.name}\n    {each.about}" for each in contents.entries),
    ]
    for folder, what in (
        ("certificates", "certificate"),
        ("statements", "credit statement"),
    ):
        count = sum(each.name.startswith(folder) for each in contents.papers)
        if count:
            lines.append(f"{folder}/  ({count})\n    Each {what}, by its serial.")
    lines += ["", *contents.notes, *([""] if contents.notes else [])]
    if contents.wish.is_nameless:
        lines.append(NAMELESS)
    return "\n".join([*lines, HOW_TO_READ.format(checksums=CHECKSUMS)])
