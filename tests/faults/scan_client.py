"""One of several processes that scan at once: scans every pass, prints the outcomes.

Usage: python -m tests.faults.scan_client FILE, a JSON file with url, folder, code,
token, moment, passes; waits for the file's `go` sibling, so that all start together.
"""

import json
import sys
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from uuid import uuid4

from tests.conftest import TestClock, settings_for
from tracker import create_app


def main(path: Path) -> None:
    """Scan each pass once, in an order of this process's own."""
    plan = json.loads(path.read_text())
    clock = TestClock(datetime.fromisoformat(plan["moment"]))
    client = create_app(
        settings_for(plan["url"], Path(plan["folder"])), clock=clock
    ).test_client()
    while not path.with_name("go").exists():
        time.sleep(0.01)
    outcomes: Counter[str] = Counter()
    for text in sorted(plan["passes"], key=lambda _: uuid4()):
        outcomes[scan(client, plan, text)] += 1
    print(json.dumps(outcomes))  # noqa: T201 - the answer to the test


def scan(client, plan, text):
    answer = client.post(
        f"/api/v1/offerings/{plan['code']}/scans",
        json={"scans": [{"id": str(uuid4()), "pass": text}]},
        headers={"Authorization": f"Bearer {plan['token']}"},
    )
    return (
        answer.json["results"][0]["outcome"]
        if answer.status_code == 200
        else answer.status
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
