"""One of several phones that check in at once: sends one form, prints its status.

Usage: python -m tests.faults.room_client FILE NUMBER. The JSON file has url, folder,
moment, the page to open and the address to send to, the fields to send, and by
number the cookies of each phone; it waits for the file's `go` sibling.
"""

import json
import re
import sys
import time
from datetime import datetime
from pathlib import Path

from tests.conftest import TestClock, settings_for
from tracker import create_app

HIDDEN = re.compile(r'name="(csrf_token|grant)"[^>]*value="([^"]*)"')


def main(path: Path, number: int) -> None:
    """Open the page, wait until all are ready, send its form."""
    plan = json.loads(path.read_text())
    clock = TestClock(datetime.fromisoformat(plan["moment"]))
    settings = settings_for(plan["url"], Path(plan["folder"]))
    client = create_app(settings, clock=clock).test_client()
    for name, value in plan["cookies"][number].items():
        client.set_cookie(name, value)
    page = client.get(plan["page"]).text
    path.with_name(f"ready-{number}").touch()
    while not path.with_name("go").exists():
        time.sleep(0.01)
    answer = client.post(
        plan["address"], data=dict(HIDDEN.findall(page)) | plan["fields"]
    )
    print(json.dumps(answer.status_code))  # noqa: T201 - the answer to the test


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
