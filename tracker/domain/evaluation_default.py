"""The evaluation form that an offering gets where none is given."""

from tracker.domain.evaluation import Form, Kind, Question, Repeat, Section


def _rating(key: str, text: str, low: str, high: str) -> Question:
    return Question(key, Kind.RATING, text, is_required=True, low=low, high=high)


def _comment(key: str, text: str) -> Question:
    return Question(key, Kind.LONG, text)


OVERALL = Section(
    key="overall",
    title="The training as a whole",
    repeat=Repeat.ONCE,
    questions=(
        _rating(
            "useful", "How useful is it for your daily work?", "Not at all", "Very"
        ),
        _rating(
            "level", "Did it start from what you already knew?", "Missed it", "Met it"
        ),
        _rating(
            "balance", "How was the mix of talks and practice?", "Poor", "Just right"
        ),
        _rating(
            "place",
            "How well did rooms, breaks and registration work?",
            "Badly",
            "Well",
        ),
        Question(
            "recommend",
            Kind.NUMBER,
            "How likely are you to recommend it to a colleague?",
            is_required=True,
            low="Never",
            high="Certainly",
        ),
        _comment("helped_most", "What helped you most?"),
        _comment("change", "What should be different next time?"),
    ),
)
SEGMENT = Section(
    key="segment",
    title="Segment by segment",
    repeat=Repeat.SEGMENT,
    questions=(
        _rating(
            "relevance", "How relevant was it to your cases?", "Not at all", "Very"
        ),
        _rating("clarity", "How clearly was it presented?", "Unclear", "Very clear"),
        _comment("comment", "Anything to add about this segment?"),
    ),
)
INSTRUCTOR = Section(
    key="instructor",
    title="Instructor by instructor",
    repeat=Repeat.INSTRUCTOR,
    questions=(
        _rating(
            "knowledge", "How well did they know the subject?", "Poorly", "Thoroughly"
        ),
        _rating(
            "attention", "How well did they respond to the room?", "Poorly", "Very well"
        ),
        _comment("comment", "Anything to add about this instructor?"),
    ),
)
DEFAULT_FORM = Form((OVERALL, SEGMENT, INSTRUCTOR))
