"""A binder's parts about answers: what is released, by the same rules as elsewhere."""

from dataclasses import replace

from tracker.domain.binders import without_names
from tracker.errors import TooFewError
from tracker.services import result_tables, results
from tracker.services.binder_parts import Entry, Subject

NAMES = {
    "evaluation": "the evaluation",
    "before": "the check before",
    "after": "the check after",
    "follow_up": "the follow-up",
}


def result_entries(subject: Subject) -> tuple[list[Entry], list[str]]:
    """Return released results, occasion by occasion, and what is not there and why.

    Nothing is compared with other offerings: a binder is of one.
    """
    entries, missing = [], []
    for occasion in results.list_occasions(subject.offering):
        what = NAMES[occasion.value]
        try:
            found = results.read_alone(subject.offering, occasion)
        except TooFewError as error:
            missing.append(f"Results of {what}: {error.message}")
            continue
        if subject.names.is_nameless:
            found = replace(found, results=without_names(found.results))
        entries.append(
            Entry(
                f"results/{occasion.value}.csv",
                f"What the released answers to {what} say, figure by figure.",
                result_tables.results_csv(found).encode(),
            )
        )
    return entries, missing
