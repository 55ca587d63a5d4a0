"""What can go wrong, in words for the person; knows nothing of the web."""

from typing import ClassVar


class TrackerError(Exception):
    """A request that cannot be fulfilled, for a reason the person may be told."""

    status_code: ClassVar[int] = 400
    title: ClassVar[str] = "That did not work"
    type: ClassVar[str] = "about:blank"
    """The problem's type (RFC 9457) for programs that tell it from others."""

    @property
    def message(self) -> str:
        """What to tell the person."""
        return str(self)


class SettingsError(TrackerError):
    """A setting is missing, malformed or unsafe; the application does not start."""


class NotFoundError(TrackerError):
    """Nothing is there, or this person may not know that it is."""

    status_code = 404
    title = "Not found"

    def __init__(self, message: str = "There is nothing at this address.") -> None:
        """Say the same for what does not exist and for what is somebody else's."""
        super().__init__(message)


class SignInRequiredError(TrackerError):
    """Nobody is signed in, or the session has ended."""

    status_code = 401
    title = "Please sign in"

    def __init__(self, message: str = "Please sign in first.") -> None:
        """Default to the sentence every page uses."""
        super().__init__(message)


class ForbiddenError(TrackerError):
    """The person is known here, but their role does not allow this."""

    status_code = 403
    title = "Not allowed"

    def __init__(self, message: str = "Your role does not allow this.") -> None:
        """Default to the sentence every page uses."""
        super().__init__(message)


class ConflictError(TrackerError):
    """The thing is not in a state in which this can be done."""

    status_code = 409
    title = "Not possible now"


class TooFewError(ConflictError):
    """Answers that are not released: not yet, or never, because they are too few."""

    title = "Too few answers"
    type = "too_few"


class GoneError(TrackerError):
    """The thing was there, and has been used up or has expired."""

    status_code = 410
    title = "No longer valid"


class TooLargeError(TrackerError):
    """More was sent than one request may carry."""

    status_code = 413
    title = "Too much at once"


class TooManyRequestsError(TrackerError):
    """A limit per account, device or enrollment is used up for the moment."""

    status_code = 429
    title = "Please wait a moment"

    def __init__(self, message: str, *, retry_after: int = 30) -> None:
        """Keep the seconds after which trying again makes sense."""
        super().__init__(message)
        self.retry_after = retry_after


class UnavailableError(TrackerError):
    """The database does not answer now; nothing was lost, try again."""

    status_code = 503
    title = "Back in a moment"

    def __init__(
        self, message: str = "The server is busy. Please try again in a moment."
    ) -> None:
        """Default to the sentence every page uses."""
        super().__init__(message)
        self.retry_after = 2


class InvalidError(TrackerError):
    """Input that cannot be accepted; says what to mend, field by field.

    `errors` maps a field, or a JSON pointer, to its sentence.
    """

    status_code = 422
    title = "Please check what you entered"

    def __init__(self, message: str, errors: dict[str, str] | None = None) -> None:
        """Keep the sentences beside the fields they belong to."""
        super().__init__(message)
        self.errors = errors or {}


class RowsRefusedError(TrackerError):
    """A file was refused whole; every bad place is named.

    `refused` lists `{"row", "column", "reason"}`; rows count from 1 with the
    header as row 1, as a spreadsheet shows them. `row` and `column` may be None
    where the whole file is at fault.
    """

    status_code = 422
    title = "The file was not imported"

    def __init__(self, message: str, refused: list[dict[str, object]]) -> None:
        """Keep every refusal, in the order of the file."""
        super().__init__(message)
        self.refused = refused
