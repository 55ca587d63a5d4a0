"""A page used with the keyboard alone."""

from playwright.sync_api import Locator, Page


def press(page: Page, *keys: str) -> None:
    """Press keys, one after the other."""
    for key in keys:
        page.keyboard.press(key)


def reach(page: Page, locator: Locator, limit: int = 80) -> None:
    """Go on with the Tab key until this has the focus."""
    for _ in range(limit):
        page.keyboard.press("Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError("the Tab key does not lead there")


def follow(page: Page, link: str) -> None:
    """Reach a link and open it."""
    _enter(page, page.get_by_role("link", name=link, exact=True))


def push(page: Page, button: str) -> None:
    """Reach a button that sends a form, and press it."""
    _enter(page, page.get_by_role("button", name=button, exact=True))


def _enter(page: Page, locator: Locator) -> None:
    reach(page, locator)
    with page.expect_navigation():
        press(page, "Enter")


def type_in(page: Page, label: str, text: str) -> None:
    """Reach a field and give it a text at once, as a phone's keyboard does."""
    reach(page, page.get_by_role("textbox", name=label, exact=True))
    page.keyboard.insert_text(text)
