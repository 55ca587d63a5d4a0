"""A course's own words for a kind of mail: what they must hold, and must not.

A subject shows on locked phones and in lists of mail, so it takes no name, no place
and no topic (trust.md, I19). What can be known of those is given here as words.
"""

import re
from collections.abc import Iterable, Mapping

from tracker.domain.mail_texts import PLACEHOLDER
from tracker.domain.mails import PLACEHOLDERS, Kind, placeholders_of
from tracker.domain.names import (
    clean_paragraphs,
    clean_text,
    fold_name,
    paragraphs_problem,
    text_problem,
)

LONGEST_SUBJECT = 100
LONGEST_TEXT = 5_000
SHORTEST_WORD = 3
STEM = 6
"""Longer words that begin with the same six letters tell the same."""

BRACES = re.compile(r"\{[^{}\n]*\}")
SMALL_WORDS = frozenset(
    re.findall(
        r"\w+",
        "about after again all and any are before but can course day days does for "
        "from has have her him his how into its live more new not now off our out "
        "please sample second session she some than that the their them then there "
        "they this time today training until was week what when where which who will "
        "with your you",
    )
)


def words_of(text: str) -> set[str]:
    """Return the words of a text as they are compared: case and accents folded."""
    return {fold_name(each) for each in re.findall(r"\w+", text)}


def telling_words(
    texts: Mapping[str, Iterable[str]], plain: Iterable[str]
) -> dict[str, str]:
    """Return what each word would tell: {word: "the topic"}.

    `texts` are the course's, by what they tell; `plain` texts hold words that every
    mail of ours may use.
    """
    usual = SMALL_WORDS.union(*(words_of(text) for text in plain))
    return {
        word: what
        for what, found in texts.items()
        for text in found
        for word in words_of(text) - usual
        if len(word) >= SHORTEST_WORD
    }


def read_words(
    kind: Kind, subject: str, text: str, telling: Mapping[str, str]
) -> dict[str, str]:
    """Read a course's own words into what is kept: {subject, text}.

    Raises:
        ValueError: its argument is {field: sentence}, each saying what to mend.
    """
    subject, text = clean_text(subject), clean_paragraphs(text)
    found = {
        "subject": subject_problem(kind, subject, telling),
        "text": body_problem(kind, text),
    }
    if problems := {name: sentence for name, sentence in found.items() if sentence}:
        raise ValueError(problems)
    return {"subject": subject, "text": text}


def subject_problem(kind: Kind, subject: str, telling: Mapping[str, str]) -> str | None:
    """Say what is wrong with a subject; None where nothing is."""
    if not subject:
        return "Write a subject."
    if problem := text_problem(subject, LONGEST_SUBJECT):
        return f"This {problem}."
    allowed = [
        name for name in placeholders_of(kind) if PLACEHOLDERS[name].is_for_subjects
    ]
    if problem := placeholder_problem(subject, allowed, "A subject"):
        return problem
    if "@" in subject or "://" in subject:
        return "A subject holds no address."
    for word in sorted(words_of(PLACEHOLDER.sub(" ", subject))):
        if what := _told(word, telling):
            return f"Subjects show on locked phones: “{word}” would tell {what}."
    return None


def _told(word: str, telling: Mapping[str, str]) -> str | None:
    if word in telling:
        return telling[word]
    if len(word) < STEM:
        return None
    return next(
        (
            what
            for each, what in telling.items()
            if len(each) >= STEM and each[:STEM] == word[:STEM]
        ),
        None,
    )


def body_problem(kind: Kind, text: str) -> str | None:
    """Say what is wrong with a text; None where nothing is."""
    if not text:
        return "Write a text."
    if len(text) > LONGEST_TEXT:
        return f"This is longer than {LONGEST_TEXT:,} characters."
    if problem := paragraphs_problem(text):
        return f"This {problem}."
    allowed = placeholders_of(kind)
    if problem := placeholder_problem(text, allowed, "This mail"):
        return problem
    used = set(PLACEHOLDER.findall(text))
    for name in allowed:
        if PLACEHOLDERS[name].is_required and name not in used:
            return f"{{{name}}} is missing: {PLACEHOLDERS[name].words}."
    return None


def placeholder_problem(text: str, allowed: Iterable[str], what: str) -> str | None:
    """Say which placeholder is not known here; None where all are."""
    known = {f"{{{name}}}": name for name in allowed}
    unknown = sorted(set(BRACES.findall(text)) - set(known))
    if unknown:
        names = ", ".join(known) or "none"
        return f"{what} knows no {unknown[0]}. Possible: {names}."
    if re.search(r"[{}]", BRACES.sub("", text)):
        return "A brace stands alone. Braces are for placeholders only."
    return None


def can_be_filled(kind: Kind, words: Mapping[str, str]) -> bool:
    """Say whether kept words hold only placeholders that the kind still has."""
    used = {name for text in words.values() for name in PLACEHOLDER.findall(text)}
    return used <= set(placeholders_of(kind))
