"""One of several phones that check in at once: opens a page, sends its form.

The plan has url, folder, moment, the page to open, the address to send to, the fields
to send, and by number the cookies of each phone (see `crowd.py`).
"""

import re
from datetime import datetime
from pathlib import Path

from tests.conftest import TestClock, settings_for
from tracker import create_app

HIDDEN = re.compile(r'name="(csrf_token|grant)"[^>]*value="([^"]*)"')


def act(plan, number, ready):
    """Open the page, send its form once all have theirs; return the status."""
    clock = TestClock(datetime.fromisoformat(plan["moment"]))
    settings = settings_for(plan["url"], Path(plan["folder"]))
    client = create_app(settings, clock=clock).test_client()
    for name, value in plan["cookies"][number].items():
        client.set_cookie(name, value)
    page = client.get(plan["page"]).text
    ready()
    sent = dict(HIDDEN.findall(page)) | plan["fields"]
    return client.post(plan["address"], data=sent).status_code
