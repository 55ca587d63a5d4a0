"""What an import did to one thing."""

from enum import StrEnum


class Change(StrEnum):
    """Made, altered, or found as it was: repeating an import changes nothing."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
