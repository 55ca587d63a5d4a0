"""How a mail's template becomes its subject, text and paragraphs.

A template is plain text whose first line is the subject. `{placeholder}` stands for
a value from the kind's closed list. A placeholder that stands alone in a paragraph
stands apart in the mail, too: that is how links and codes are written.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

PLACEHOLDER = re.compile(r"\{([a-z_]*)\}")
LINKS = frozenset({"url"})
APART = frozenset({"url", "code"})
INDENT = "    "
ODD_IN_NAMES = re.compile(r"[^\w\s.,'\u2019()-]|\.\w{2}|\d")
LONGEST_LEAD = 80


@dataclass(frozen=True)
class Piece:
    """A part of a paragraph: text, or a link of ours whose text is its address."""

    text: str
    is_link: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of a mail, its values filled in."""

    pieces: tuple[Piece, ...]
    stands_apart: bool = False

    @property
    def text(self) -> str:
        """The paragraph as plain text; what stands apart is indented."""
        joined = "".join(piece.text for piece in self.pieces)
        return INDENT + joined if self.stands_apart else joined


@dataclass(frozen=True)
class Letter:
    """A mail as it is sent: subject, text, and the same as HTML."""

    subject: str
    text: str
    html: str = ""
    paragraphs: tuple[Paragraph, ...] = ()


def split_template(template: str) -> tuple[str, str]:
    """Split a template into subject and text."""
    subject, _, text = template.partition("\n")
    return subject.strip(), text.strip("\n")


def fill_subject(subject: str, values: Mapping[str, str]) -> str:
    """Fill values into a subject: one line, whatever they hold."""
    filled = PLACEHOLDER.sub(lambda found: values[found[1]], subject)
    return " ".join(filled.split())


def fill_text(text: str, values: Mapping[str, str]) -> tuple[Paragraph, ...]:
    """Fill values into a text, paragraph by paragraph; empty ones are left out.

    Values are filled in after the text was taken apart, so that none of them, such
    as a name that somebody chose, makes a paragraph or a link of its own.
    """
    blocks = re.split(r"\n[ \t]*\n+", text.replace("\r\n", "\n").strip())
    found = (_paragraph(block.strip(), values) for block in blocks)
    return tuple(each for each in found if each.text.strip())


def _paragraph(block: str, values: Mapping[str, str]) -> Paragraph:
    alone = PLACEHOLDER.fullmatch(block)
    stands_apart = alone is not None and alone[1] in APART
    return Paragraph(tuple(_pieces(block, values)), stands_apart)


def _pieces(block: str, values: Mapping[str, str]) -> Iterator[Piece]:
    # Every second part is a placeholder's name.
    for place, part in enumerate(PLACEHOLDER.split(block)):
        text = values[part] if place % 2 else part
        if text:
            yield Piece(text, is_link=bool(place % 2) and part in LINKS)


def harmless_name(name: str, instead: str = "A colleague") -> str:
    """Return a name to tell strangers; one that looks like an address is left out.

    Whoever applies for a team chooses the name and whom it is sent to. Mail programs
    make links of what looks like one.
    """
    letters = "".join(c for c in name if not unicodedata.category(c).startswith("M"))
    is_odd = ODD_IN_NAMES.search(letters)
    return instead if is_odd or not 0 < len(name) <= LONGEST_LEAD else name


def plain_text(paragraphs: tuple[Paragraph, ...]) -> str:
    """Return a mail's plain text."""
    return "\n\n".join(each.text for each in paragraphs) + "\n"
