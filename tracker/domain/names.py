"""Names and addresses as people write them, and as they are compared."""

import re
import unicodedata

MAXIMUM_NAME = 200
BIDI_CONTROLS = frozenset(
    "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
DIRECTION_MARKS = frozenset("\u061c\u200e\u200f")
ADDRESS = re.compile(
    r"[^\s@<>()\[\],;:\\\"]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
)


def clean_text(text: str) -> str:
    """Return one line of text in NFC with single spaces, as it is stored."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def clean_paragraphs(text: str) -> str:
    """Return text of several lines in NFC, each line with single spaces."""
    lines = [clean_text(line) for line in text.replace("\r\n", "\n").split("\n")]
    return "\n".join(lines).strip("\n")


def name_problem(text: str) -> str | None:
    """Say what is wrong with a cleaned name; None where nothing is.

    Names come in every script. Refused are only what cannot be printed: more
    than 200 code points, control characters, lone surrogates, and bidi controls,
    which can make a page show another name than it holds (trust.md).
    """
    return text_problem(text, MAXIMUM_NAME) if text else "is missing"


def text_problem(text: str, limit: int) -> str | None:
    """Say what is wrong with one line of text; None where nothing is."""
    if len(text) > limit:
        return f"is longer than {limit:,} characters"
    if any(unicodedata.category(char) in {"Cc", "Cs", "Cn"} for char in text):
        return "holds a character that cannot be printed"
    if any(char in BIDI_CONTROLS for char in text):
        return "holds an invisible character that changes the direction of writing"
    return None


def paragraphs_problem(text: str) -> str | None:
    """Say what is wrong with free text of several lines; None where nothing is.

    Left-to-right and right-to-left marks are let through: keyboards of some
    scripts write them, and they move nothing but their own line.
    """
    if any(unicodedata.category(char) in {"Cc", "Cs"} for char in text
           if char not in "\n\t"):  # fmt: skip
        return "holds a character that cannot be printed"
    if any(char in BIDI_CONTROLS - DIRECTION_MARKS for char in text):
        return "holds an invisible character that changes the direction of writing"
    return None


def fold_name(text: str) -> str:
    """Return a name as verification compares it: case, accents and spaces folded."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    letters = [char for char in decomposed if not unicodedata.combining(char)]
    return "".join(char for char in letters if not char.isspace())


def normalise_address(text: str) -> str:
    """Return an e-mail address as it is compared: trimmed, case folded."""
    return unicodedata.normalize("NFC", text.strip()).casefold()


def is_address(text: str) -> bool:
    """Say whether `text` has the shape of an e-mail address, and can be shown.

    Letters that are compared like others, such as a long s, are taken for slips or
    tricks: such an address would be found as another one's, and get its mail.
    """
    has_shape = text_problem(text, 254) is None and ADDRESS.fullmatch(text) is not None
    return has_shape and not any(map(_is_compared_as_ascii, text))


def _is_compared_as_ascii(char: str) -> bool:
    """Say whether folding turns a letter beyond ASCII into one of ASCII."""
    return not char.isascii() and any(map(str.isascii, normalise_address(char)))
