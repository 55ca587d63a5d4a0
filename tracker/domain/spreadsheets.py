"""Text on its way into a spreadsheet."""

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def neutralised(text: str) -> str:
    """Return a cell of a CSV file that no spreadsheet takes for a formula.

    A leading apostrophe makes it text (OWASP, "CSV Injection").
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
