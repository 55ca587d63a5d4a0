"""Released results as tables for spreadsheets: the page's figures, and no others."""

from collections.abc import Iterator
from datetime import datetime

from tracker.domain.results import PartResult, QuestionResult
from tracker.models import Offering
from tracker.services import audit
from tracker.services.audit import Actor
from tracker.services.results import OfferingResults
from tracker.services.workbooks import Cell, csv_text, xlsx_bytes

Row = list[Cell]
TOO_FEW = "too few"


def note_export(
    found: OfferingResults, offering: Offering, *, actor: Actor, now: datetime
) -> None:
    """Note in the audit log that results were taken out; never an answer."""
    details = {
        "occasion": found.occasion.value,
        "is_whole": found.is_whole,
        "count": found.results.response_count,
    }
    audit.record(actor, "results.export", details, offering, now=now)


def results_csv(found: OfferingResults) -> str:
    """Write everything as one table: a line for each figure and each text."""
    head: Row = ["section", "about", "question", "what", "value"]
    return csv_text([head, *_lines(found)])


def results_xlsx(found: OfferingResults) -> bytes:
    """Write figures, distributions, comments and comparisons as sheets."""
    return xlsx_bytes(
        {
            "Figures": figures_table(found),
            "Distributions": distributions_table(found),
            "Comments": comments_table(found),
            "Earlier offerings": comparison_table(found),
            "Knowledge": knowledge_table(found),
        }
    )


def _lines(found: OfferingResults) -> Iterator[Row]:
    figures = figures_table(found)
    for row in figures[1:]:
        for what, value in zip(figures[0][3:], row[3:], strict=True):
            if value != "":
                yield [*row[:3], what, value]
    yield from ([*row[:3], f"answer {row[3]}", row[4]] for row in _distributions(found))
    yield from ([*row[:3], "text", row[3]] for row in _comments(found))
    yield from _gain_lines(found)


def _gain_lines(found: OfferingResults) -> Iterator[Row]:
    table = knowledge_table(found)
    for row in table[1:]:
        for what, value in zip(table[0][1:], row[1:], strict=True):
            yield ["knowledge", "", row[0], what, value]


def figures_table(found: OfferingResults) -> list[Row]:
    """Lay out each question's n of N, mean and share favourable.

    A part that was too few says so in the first figure, and nothing else.
    """
    head: Row = ["section", "about", "question", "answered", "asked", "not there"]
    head += ["mean", "favourable", "favourable %", "correct"]
    rows = [head]
    for part in found.results.parts:
        if not part.is_shown:
            rows.append([*_about(part), "", TOO_FEW, *[""] * 6])
        rows += (_figures(part, each) for each in part.questions)
    return rows


def _about(part: PartResult) -> Row:
    subject = part.part.subject
    return [part.part.section.title, subject.title if subject else ""]


def _figures(part: PartResult, each: QuestionResult) -> Row:
    about = [*_about(part), each.question.text]
    if not each.is_shown:
        return [*about, TOO_FEW, *[""] * 6]
    return [
        *about,
        each.answered,
        each.asked,
        part.absent if part.part.absent_field else "",
        "" if each.mean is None else round(each.mean, 2),
        "" if each.favourable is None else each.favourable,
        "" if each.share is None else round(100 * each.share),
        "" if each.correct is None else each.correct,
    ]


def distributions_table(found: OfferingResults) -> list[Row]:
    """Lay out how often each value was chosen."""
    head: Row = ["section", "about", "question", "answer", "count"]
    return [head, *_distributions(found)]


def _distributions(found: OfferingResults) -> Iterator[Row]:
    for part in found.results.parts:
        for each in part.questions:
            for value, count in each.counts.items():
                yield [*_about(part), each.question.text, value, count]


def comments_table(found: OfferingResults) -> list[Row]:
    """Lay out the texts, in the page's order that says nothing."""
    head: Row = ["section", "about", "question", "text"]
    return [head, *_comments(found)]


def _comments(found: OfferingResults) -> Iterator[Row]:
    for part in found.results.parts:
        for each in part.questions:
            for text in each.texts:
                yield [*_about(part), each.question.text, text]


def comparison_table(found: OfferingResults) -> list[Row]:
    """Lay out means and answers of this offering and of earlier ones."""
    head: Row = ["section", "question"]
    for column in found.compared:
        head += [f"{column.code} mean", f"{column.code} answers"]
    rows = [head]
    for key, own in (found.compared[0].figures if found.compared else {}).items():
        row: Row = [own.title, own.question.text]
        for column in found.compared:
            there = column.figures.get(key)
            row += [round(there.mean, 2), there.answered] if there else ["", ""]
        rows.append(row)
    return rows


def knowledge_table(found: OfferingResults) -> list[Row]:
    """Lay out the share of right answers before and after, in per cent."""
    rows: list[Row] = [
        ["question", "before %", "before answers", "after %", "after answers"]
    ]
    for each in found.gains:
        row: Row = [each.text]
        for known in (each.before, each.after):
            row += [round(100 * known.share), known.answered]
        rows.append(row)
    return rows
