"""A device at the door, reduced to its promise: it sends until it is answered."""

import http.client
import json
import random  # noqa: TID251 - the same scans must come again for a seed
import threading
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from tests.faults.offering import Door

TIMEOUT_SECONDS = 10
PAUSE_SECONDS = 0.05


@dataclass
class Client(threading.Thread):
    """Scans passes at random until told to stop; remembers what was acknowledged.

    `acknowledged` holds outcomes by scan id; `unclear` counts requests to which no
    usable answer came: these are sent again with the same id.
    """

    door: Door
    port: int
    seed: int
    acknowledged: dict[str, str] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)
    unclear: int = 0

    def __post_init__(self) -> None:
        super().__init__(daemon=True)
        self._stop_asked = threading.Event()
        self._random = random.Random(self.seed)  # noqa: S311 - nothing secret

    def __hash__(self) -> int:
        return id(self)

    def ask_to_stop(self) -> None:
        """Let it end once its present scan is answered."""
        self._stop_asked.set()

    def run(self) -> None:
        """Scan, one pass after the other."""
        while not self._stop_asked.is_set():
            self._scan(str(uuid4()), self._random.choice(self.door.passes))

    def _scan(self, uid: str, pass_text: str) -> None:
        body = json.dumps({"scans": [{"id": uid, "pass": pass_text}]})
        while (answer := self._send(body)) is None:
            self.unclear += 1
            if self._stop_asked.wait(PAUSE_SECONDS):
                return
        (result,) = answer["results"]
        assert result["id"] == uid
        self.acknowledged[uid] = result["outcome"]

    def _send(self, body: str) -> Any:
        """Return the answer; None where none came that says what became of the scan."""
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=TIMEOUT_SECONDS
        )
        headers = {
            "Authorization": f"Bearer {self.door.token}",
            "Content-Type": "application/json",
        }
        try:
            connection.request("POST", self.door.path, body, headers)
            response = connection.getresponse()
            text = response.read()
            if response.status == 200:
                return json.loads(text)
            if response.status != 503:
                self.refused.append(f"{response.status} {text[:200]!r}")
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        return None
