"""Typst, kept warm: data in, PDF bytes out; no file is written, nothing is logged."""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache

import typst

from tracker.config import shipped_folder
from tracker.errors import InvalidError

# Archival and accessible for what people keep; accessible for what is cut up.
ARCHIVAL = ("a-2a", "ua-1")
ACCESSIBLE = ("ua-1",)

_UNDISPLAYED = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_thread = threading.local()


class MissingGlyphError(InvalidError, ValueError):
    """No font here has these characters; `characters` holds each of them once."""

    def __init__(self, characters: str) -> None:
        """Name the characters, by number too: they may be invisible on a screen."""
        named = ", ".join(f"{each} (U+{ord(each):04X})" for each in characters)
        super().__init__(f"No font on this server has these characters: {named}.")
        self.characters = characters


def typeset(
    template: str,
    data: Mapping[str, object],
    *,
    standards: Sequence[str],
    issued_at: datetime | None = None,
) -> bytes:
    """Set `template` (a file of templates/documents) with `data` and return a PDF.

    The data goes in as JSON and is only ever text there, so a name cannot become
    markup. A character that the shipped fonts lack is looked for in the system's
    fonts before giving up: a person's name decides, not our choice of fonts. The
    same data and `issued_at` give the same bytes on the same fonts.

    Raises:
        MissingGlyphError: no font has a character; says which. It carries nothing
            else of the text, because messages end up in logs.
    """
    missing = ""
    for with_system_fonts in (False, True):
        try:
            return _compile(template, data, standards, issued_at, with_system_fonts)
        except typst.TypstError as error:
            missing = _missing_characters(error)
            if not missing:
                raise
    raise MissingGlyphError(missing)


def _compile(
    template: str,
    data: Mapping[str, object],
    standards: Sequence[str],
    issued_at: datetime | None,
    with_system_fonts: bool,
) -> bytes:
    # Typst refuses microseconds.
    stamp = issued_at.replace(microsecond=0) if issued_at else None
    pdf = _compiler(template, with_system_fonts).compile(
        format="pdf",
        sys_inputs={"data": json.dumps(data)},
        pdf_standards=list(standards),
        timestamp=stamp,
    )
    if not isinstance(pdf, bytes):
        raise TypeError("Typst gave several files instead of one PDF.")
    return pdf


def _compiler(template: str, with_system_fonts: bool) -> typst.Compiler:
    """Return this thread's own compiler, made once: a second page is much faster.

    A compiler must not be entered by two threads at once ("Already borrowed"), so
    each thread keeps its own; the fonts are shared.
    """
    kept: dict[tuple[str, bool], typst.Compiler] = _thread.__dict__.setdefault("kept", {})
    wanted = (template, with_system_fonts)
    if wanted not in kept:
        folder = shipped_folder("templates") / "documents"
        kept[wanted] = typst.Compiler(
            str(folder / template), root=str(folder), font_paths=_fonts(with_system_fonts)
        )
    return kept[wanted]


@cache
def _fonts(with_system_fonts: bool) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=with_system_fonts,
        include_embedded_fonts=with_system_fonts,
        font_paths=[str(shipped_folder("templates") / "documents" / "fonts")],
    )


def _missing_characters(error: typst.TypstError) -> str:
    found = _UNDISPLAYED.findall(error.diagnostic or error.message)
    text = "".join(_ESCAPED.sub(lambda code: chr(int(code[1], 16)), each) for each in found)
    return "".join(dict.fromkeys(text))
