"""The forms of a page, read as a browser reads them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

BUTTONS = {"submit", "button", "reset", "image"}
TYPED = {"text", "email", "password", "search", "textarea"}
FILLED_IN = {
    "email": "sample@example.org",
    "password": "four quiet words of a sample",
}


@dataclass
class Form:
    """Where a form goes and what it sends when each field is filled in."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Form] = []
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = found.get("method", "get").upper()
            self.forms.append(Form(found.get("action") or self.address, method))
        elif self.forms and tag in {"input", "textarea", "select"}:
            self._take(tag, found)
        elif tag == "option" and self.select is not None and found.get("value"):
            self.forms[-1].values.setdefault(self.select, found["value"])

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None

    def _take(self, tag: str, found: dict[str, str]) -> None:
        name = found.get("name")
        if not name:
            return
        kind = found.get("type", "text") if tag == "input" else tag
        if kind == "select":
            self.select = name
        elif kind in TYPED:
            text = found.get("value") or FILLED_IN.get(kind, "Sample")
            self.forms[-1].values[name] = text
        elif kind == "radio":
            self.forms[-1].values.setdefault(name, found.get("value", "on"))
        elif kind not in {*BUTTONS, "checkbox", "file"}:
            self.forms[-1].values[name] = found.get("value", "")


def read_forms(page: str, address: str) -> list[Form]:
    """Return a page's forms, each filled in with what its fields would take."""
    reader = _Reader(address)
    reader.feed(page)
    return reader.forms
