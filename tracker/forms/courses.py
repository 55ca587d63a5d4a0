"""The forms of a course: what it says, and what it asks of applicants."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, FieldList, Form, FormField, SelectField, StringField
from wtforms.validators import Length

from tracker.domain.application_questions import MOST_QUESTIONS, QuestionKind
from tracker.errors import InvalidError
from tracker.forms.accounts import can_be_printed, strip
from tracker.forms.credit import Explaining
from tracker.forms.offerings import code_field, line, lines, listed

KINDS = {
    QuestionKind.TEXT.value: "A few words",
    QuestionKind.LONG.value: "Free text",
    QuestionKind.CHOICE.value: "One of several choices",
    QuestionKind.YES_NO.value: "Yes or no",
}
BLANK_ROWS = 2
PLACE = re.compile(r"questions\[(\d+)\]\.?(\w*)")
LONGEST = 10_000


class QuestionForm(Form):
    """One question; without a label it is none."""

    label = line("Question")
    key = StringField(
        "Its name in lists",
        description="Small letters, digits, _. Empty: made from the question. "
        "Answers are kept by it.",
        filters=[strip],
        validators=[Length(max=40, message="Shorten this."), can_be_printed],
    )
    kind = SelectField("Kind of answer", choices=KINDS)
    choices = lines("For choices: one in each line")
    required = BooleanField("Must be answered")

    def read(self) -> dict[str, Any]:
        """Return the question as a course's file has it."""
        choices = listed(self.choices.data)
        return {
            "key": self.key.data or key_of(self.label.data or ""),
            "label": self.label.data,
            "kind": self.kind.data,
            "required": self.required.data,
        } | ({"choices": choices} if choices else {})


def key_of(label: str) -> str:
    """Make a question's key from its words: "Your unit" gives your_unit."""
    words = re.sub(r"[^a-z0-9]+", "_", label.casefold()).strip("_")
    return (words if words[:1].isalpha() else f"q_{words}")[:40].strip("_")


class CourseForm(Explaining):
    """What a course says."""

    title = line("Title", "Give it a title.")
    summary = lines("In a sentence or two", limit=LONGEST)
    description = lines("What it is", "Paragraphs end with a line.", LONGEST)
    topics = lines("Topics", "One a line, in their order.", LONGEST)
    audience = lines(
        "Audience", "Disciplines, one a line. Applicants choose theirs.", LONGEST
    )
    prerequisite = lines("What comes first", "In words, for the public.", LONGEST)
    prerequisite_course = SelectField(
        "The course to finish first",
        description="Its completions are looked for when somebody applies.",
    )
    obligation = lines("What participants commit to", limit=LONGEST)
    cost = lines("Cost", limit=LONGEST)
    contact = line("Contact", description="Public.")
    questions = FieldList(FormField(QuestionForm), max_entries=MOST_QUESTIONS + 2)

    def offer(self, codes: Sequence[str]) -> None:
        """Offer the courses that may come before this one."""
        known = {each: each for each in codes}
        self.prerequisite_course.choices = {"": "None"} | known

    def fill(self, course: Mapping[str, Any]) -> None:
        """Show a course, as its file has it, and rows for more questions."""
        for name, value in course.items():
            if name in self and name != "questions":
                text = "\n".join(value) if isinstance(value, list) else value
                self[name].data = text
        for each in course.get("questions", []):
            choices = "\n".join(each.get("choices", []))
            self.questions.append_entry(each | {"choices": choices})
        self.add_rows()

    def add_rows(self) -> None:
        """Add rows that are empty, as far as there may be more questions."""
        for _ in range(min(BLANK_ROWS, MOST_QUESTIONS - len(self.questions))):
            self.questions.append_entry()

    def read(self) -> dict[str, Any]:
        """Return what was entered, as a course's file has it."""
        texts = ("title", "summary", "description", "prerequisite", "obligation")
        more = ("cost", "contact", "prerequisite_course")
        return {
            **{name: self[name].data or "" for name in (*texts, *more)},
            "topics": listed(self.topics.data),
            "audience": listed(self.audience.data),
            "questions": [row.form.read() for row in self._asked()],
        }

    def _asked(self) -> list[Any]:
        return [row for row in self.questions if row.form.label.data]

    def explain(self, error: InvalidError) -> None:
        """Put each sentence beside its field, those about questions into their rows."""
        rows, others = self._asked(), {}
        for place, sentence in error.errors.items():
            found = PLACE.match(place)
            if found and int(found[1]) < len(rows):
                field = rows[int(found[1])].form[found[2] or "label"]
                field.errors = [*field.errors, sentence]
                self.form_errors.append(f"A question: {sentence}")
            else:
                others[place.partition("[")[0]] = sentence
        if others or not error.errors:
            super().explain(InvalidError(error.message, others))


class NewCourseForm(CourseForm):
    """A new course."""

    code = code_field("Part of its address, such as CSTAR. It never changes.")

    def read(self) -> dict[str, Any]:
        """Return what was entered, as a course's file has it."""
        return super().read() | {"code": self.code.data}
