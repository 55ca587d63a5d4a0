"""Typst, kept warm: data in, PDF bytes out; no file is written, nothing is logged."""

import json
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Literal

import typst

from tracker.config import shipped_folder
from tracker.errors import InvalidError

# Archival and accessible for what people keep; accessible for what is cut up.
Standard = Literal["a-2a", "ua-1"]
ARCHIVAL: tuple[Standard, ...] = ("a-2a", "ua-1")
ACCESSIBLE: tuple[Standard, ...] = ("ua-1",)

# The second form is for code points that no font may show: private use, for instance.
_UNPRINTABLE = re.compile(
    r'the text `"(.+?)"` could not be displayed'
    r'|contains the (?:disallowed )?codepoint `"(.+?)"`'
)
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}")
_thread = threading.local()


class MissingGlyphError(InvalidError, ValueError):
    """No font here has these characters; `characters` holds each of them once."""

    def __init__(self, characters: str) -> None:
        """Name the characters, by number too: a screen may not have them either."""
        named = ", ".join(_named(each) for each in characters)
        super().__init__(f"These characters cannot be printed here: {named}.")
        self.characters = characters


def typeset(
    template: str,
    data: Mapping[str, object],
    *,
    standards: tuple[Standard, ...],
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
    standards: tuple[Standard, ...],
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
    kept: dict[tuple[str, bool], typst.Compiler]
    kept = _thread.__dict__.setdefault("kept", {})
    wanted = (template, with_system_fonts)
    if wanted not in kept:
        folder = shipped_folder("templates") / "documents"
        kept[wanted] = typst.Compiler(
            str(folder / template),
            root=str(folder),
            font_paths=_fonts(with_system_fonts),
        )
    return kept[wanted]


@cache
def _fonts(with_system_fonts: bool) -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=with_system_fonts,
        include_embedded_fonts=with_system_fonts,
        font_paths=[str(shipped_folder("templates") / "documents" / "fonts")],
    )


def _named(character: str) -> str:
    number = f"U+{ord(character):04X}"
    return f"{character} ({number})" if character.isprintable() else number


def _missing_characters(error: typst.TypstError) -> str:
    found = _UNPRINTABLE.findall(error.diagnostic or error.message)
    text = "".join(unshown or unmeant for unshown, unmeant in found)
    text = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), text)
    return "".join(dict.fromkeys(text))
