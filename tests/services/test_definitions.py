"""The file of an offering as docs/operations.md shows it."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest

from tracker.domain.schedule import Policy
from tracker.services.definitions import PARTS, check_definition
from tracker.yaml_reader import read_yaml

GUIDE = Path(__file__).parent.parent.parent / "docs" / "operations.md"


@pytest.fixture(scope="module")
def shown():
    found = re.search(r"```yaml\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    return read_yaml(found[1].encode()).value


def test_the_file_in_the_guide_is_accepted(shown):
    assert check_definition(shown).offering.code == "SAMPLE1"


def test_the_guide_shows_every_name_and_every_default_of_the_policy(shown):
    offering = shown["offering"]
    parts = {
        "": shown | {"evaluation": {}},
        "course": shown["course"],
        "offering": offering,
        "offering.host": offering["host"],
        "offering.signatories": offering["signatories"][0],
        "offering.accreditations": offering["accreditations"][0],
        "offering.applications": offering["applications"],
        "offering.admission": offering["admission"],
        "offering.admission.reservations": offering["admission"]["reservations"][0],
        "instructors": shown["instructors"][0],
        "segments": shown["segments"][0],
    }

    names = {place: set(part) for place, part in parts.items()}
    assert names == {place: set(kind.model_fields) for place, kind in PARTS.items()}
    assert offering["policy"] == asdict(Policy())
