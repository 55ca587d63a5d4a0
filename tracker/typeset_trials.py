"""Setting something only to learn whether it can be set: letters, and drawings."""

from functools import lru_cache

import typst

from tracker.errors import InvalidError
from tracker.typesetting import ACCESSIBLE, ARCHIVAL, MissingGlyphError, typeset


@lru_cache(maxsize=64)
def missing_characters(text: str) -> str:
    """Return the characters of a text, of whatever lines, that no font here has."""
    missing = ""
    for _ in range(100):
        try:
            typeset("glyphs.typ", {"text": text}, standards=ARCHIVAL)
        except MissingGlyphError as error:
            missing += error.characters
            text = "".join(each for each in text if each not in error.characters)
        else:
            break
    return missing


def try_drawing(svg: str) -> None:
    """Set a drawing by itself, so that what cannot be drawn is refused beforehand.

    Raises:
        InvalidError: it cannot be drawn.
    """
    try:
        typeset("drawing.typ", {"drawing": svg}, standards=ACCESSIBLE)
    except (typst.TypstError, MissingGlyphError) as error:
        raise InvalidError("This image cannot be drawn; save it anew.") from error
