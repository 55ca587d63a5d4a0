"""An offering's file for tests: small, complete, and changed by path."""

import copy
import secrets
from typing import Any

from tracker.yaml_reader import read_yaml, write_yaml

SAMPLE = """\
course:
  code: SAMPLE
  title: Sample course
  summary: |
    Two days of practice.
    For people who do the work.
  audience: [Investigators, Prosecutors]
  prerequisite: A short online course
  topics:
  - First topic
  - "Second: topic"
offering:
  code: SAMPLE1
  title: Sample course in Omaha
  city: Omaha
  state: NE
  timezone: America/Chicago
  starts_on: 2026-11-03
  ends_on: 2026-11-04
  venue: 1 Sample Street
  capacity: 3
  catchment: [NE, IA]
  stock: mint
  host:
    name: Sample host
    address: 1 Sample Street, Omaha
    sponsor_numbers: ["0012"]
  signatories:
  - name: Sample Signatory
    role: Director
  accreditations:
  - jurisdiction: Nebraska CLE
    line: Approved by nobody; a sample
    unit: hours
    unit_minutes: 60
    rounding: nearest_quarter
    source: A sample rule
  policy:
    late_minutes: 25
instructors:
- key: ada
  name: Sample Instructor Ada
  title: Analyst
- key: bo
  name: Sample Instructor Bo
segments:
- number: 1
  title: Morning
  starts_at: 2026-11-03 09:00
  ends_at: 2026-11-03 10:30
  room: Hall
  instructors: [bo, ada]
- number: 2
  title: Afternoon
  starts_at: 2026-11-03 13:00
  ends_at: 2026-11-03 14:30
  room: Hall
  credit_minutes: 80
  check_out: true
- number: 3
  title: Second day
  starts_at: 2026-11-04 09:00
  ends_at: 2026-11-04 10:30
  required: false
"""


def make_definition(**changes: Any) -> dict[str, Any]:
    """Return the sample under a new code, changed as in `offering__city="…"`.

    A path's steps are joined by two underscores; digits count list entries.
    """
    definition: dict[str, Any] = copy.deepcopy(read_yaml(SAMPLE.encode()).value)
    definition["offering"]["code"] = f"S-{secrets.token_hex(4)}"
    for path, value in changes.items():
        *steps, last = [int(s) if s.isdigit() else s for s in path.split("__")]
        place: Any = definition
        for step in steps:
            place = place[step]
        place[last] = value
    return definition


def as_file(definition: dict[str, Any]) -> bytes:
    """Write a definition as the file that somebody would import."""
    return write_yaml(definition).encode()
