"""What is found on a door's disk by whoever takes it apart."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.test_offline_door import open_door, venue
from tests.browser.venue import Door

__all__ = ["open_door", "venue"]  # fixtures, defined where they belong

SHELL = {"/scan", "/static"}
KEPT = """(async () => {
  const names = await caches.keys();
  const opened = await Promise.all(names.map((name) => caches.open(name)));
  const requests = await Promise.all(opened.map((cache) => cache.keys()));
  return requests.flat().map((request) => new URL(request.url).pathname);
})()"""


def files_with(folder: Path, text: str) -> list[str]:
    """Return the files that hold a text as it stands, in any of two encodings."""
    wanted = [text.encode(), text.encode("utf-16-le")]
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and any(each in path.read_bytes() for each in wanted)
    ]


def use(door: Door, venue) -> None:
    """Scan with and without a network, write a name, search one, lock the screen."""
    names = list(venue.passes)
    door.pair(venue)
    venue.sign_in(door.context)
    door.scan(*[venue.passes[name] for name in names[:3]])
    door.page.get_by_role("button", name="Menu").click()
    door.page.get_by_role("button", name="Find a person by name").click()
    door.page.get_by_label("Name, from three letters on").fill(names[3])
    expect(door.page.locator("[data-search-people]")).to_contain_text(names[3])
    door.page.locator("[data-search] [data-cancel]").click()
    door.offline()
    door.scan(*[venue.passes[name] for name in names[3:]])
    door.page.keyboard.press("Escape")
    door.page.get_by_role("button", name="No pass").click()
    door.page.get_by_label("Name, as the person says it").fill(names[5])
    door.page.get_by_role("button", name="Save the name").click()
    expect(door.page.locator("[data-flood-title]")).to_have_text("Saved")
    door.page.wait_for_timeout(1000)


@pytest.mark.parametrize("end", ["kill", "close"])
def test_the_disk_of_a_used_door_holds_no_name_and_no_pass(end, venue, open_door):
    door = open_door()
    use(door, venue)
    getattr(door, end)()

    assert files_with(door.folder, "mdev_") != []  # so the search finds what is there
    assert files_with(door.folder, "Quimby") == []
    for name, pass_text in venue.passes.items():
        assert files_with(door.folder, name) == []
        assert files_with(door.folder, pass_text[4:]) == []
    assert files_with(door.folder, venue.unlock_code()) == []


def test_what_was_sent_leaves_no_trace_of_who_it_was_either(venue, open_door):
    door = open_door()
    use(door, venue)
    door.online()
    door.wait_until_sent()
    door.close()

    assert len(venue.scans()) == len(venue.passes) + 1
    assert files_with(door.folder, "Quimby") == []
    for pass_text in venue.passes.values():
        assert files_with(door.folder, pass_text[4:]) == []


def test_the_caches_hold_the_page_and_no_answer_of_the_api(venue, open_door):
    door = open_door()
    use(door, venue)
    kept = door.page.evaluate(KEPT)

    assert kept
    assert {f"/{path.split('/')[1]}" for path in kept} == SHELL
