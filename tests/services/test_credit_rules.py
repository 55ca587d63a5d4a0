"""Rules of credit as data: those shipped, and those that an offering carries."""

import pytest

from tests.definitions import make_definition
from tests.factories import NINE_AM
from tests.held import EVENING, hold_offering
from tracker.domain.credit import as_text, credit
from tracker.errors import RowsRefusedError
from tracker.services import catalogue, certificates, credit_rules
from tracker.services.audit import CLI
from tracker.services.definition_parts import AccreditationPart

ETHICS = {
    "jurisdiction": "Sample CLE",
    "line": "Sample line",
    "unit": "hours",
    "unit_minutes": 60,
    "rounding": "nearest_quarter",
    "categories": ["ethics"],
}


def import_it(definition):
    return catalogue.import_offering(definition, actor=CLI, now=NINE_AM)


def test_every_shipped_rule_is_an_accreditation_with_its_source():
    for example in credit_rules.list_examples():
        part = AccreditationPart.model_validate(example.values | {"line": "Sample"})
        assert part.source


@pytest.mark.parametrize(
    ("key", "amount"),
    [
        ("california_cle", "19.5"),
        ("new_york_cle", "23"),
        ("nebraska_cle", "19.5"),
        ("post", "19.5"),
    ],
)
def test_the_same_minutes_earn_by_each_jurisdictions_arithmetic(key, amount):
    (example,) = (each for each in credit_rules.list_examples() if each.key == key)

    rule = credit_rules.credit_rule(example.values)

    assert as_text(credit(rule, 13 * 90)) == amount


def test_categories_come_and_go_with_the_file_and_are_compared_in_small_letters(app):
    definition = make_definition(
        offering__accreditations=[ETHICS | {"categories": ["Ethics"]}],
        segments__0__credit_category="  ETHICS ",
    )
    offering, _ = import_it(definition)

    exported = catalogue.export_offering(offering)

    assert exported["segments"][0]["credit_category"] == "ethics"
    assert exported["offering"]["accreditations"][0]["categories"] == ["ethics"]
    assert import_it(exported)[1] == "unchanged"


@pytest.mark.parametrize(
    "accreditations",
    [
        [ETHICS, ETHICS],
        [ETHICS | {"excluded_categories": ["ethics"]}],
        [ETHICS | {"categories": [""]}],
        [ETHICS | {"categories": ["x" * 41]}],
        [ETHICS | {"categories": 5, "excluded_categories": "ethics"}],
    ],
)
def test_accreditations_that_contradict_themselves_are_refused(app, accreditations):
    with pytest.raises(RowsRefusedError) as refusal:
        import_it(make_definition(offering__accreditations=accreditations))

    assert all(
        str(each["column"]).startswith("offering.accreditations")
        for each in refusal.value.refused
    )


def test_a_certificate_says_the_split_by_category(app, tmp_path):
    held = hold_offering(accreditations=[ETHICS])
    held.certificate.revoked_at = NINE_AM
    held.segments[0].credit_category = "ethics"

    facts = certificates.draft_of(held.ada, now=EVENING).facts

    assert facts["hours"] == [
        {
            "jurisdiction": "Sample CLE",
            "unit": "hours",
            "amount": "3",
            "categories": [
                {"category": "ethics", "amount": "1.5"},
                {"category": "general", "amount": "1.5"},
            ],
        }
    ]
