"""The areas around a venue, as an offering names them."""

from tracker.domain.names import clean_text


def tidy_area(text: str) -> str:
    """Return an area in its one form: a state, "NE", or a county, "NE / Douglas".

    Raises:
        ValueError: says what to write instead.
    """
    state, slash, county = (clean_text(each) for each in text.partition("/"))
    if not state or "/" in county or (slash and not county):
        raise ValueError(
            "must be a state, such as NE, or a county, such as NE / Douglas"
        )
    return f"{state} / {county}" if county else state
