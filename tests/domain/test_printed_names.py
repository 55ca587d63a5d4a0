"""What is only another spelling of a name, and what is another name."""

import pytest

from tracker.domain.printed_names import distance, is_spelling


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ("ada lovelace", "Ada LOVELACE"),
        ("Sarka Ulo", "Šárka Ülő"),
        ("Jean Luc Petit", "Jean-Luc Petit"),
        ("O Brien, Pat", "O'Brien Pat"),
        ("Nguyen Thi Mau", "Nguyễn Thị Mẫu"),
        ("Katherine Sample", "Catharine Sample"),
        ("שרה דוגמה", "שרה  דוגמה"),
        ("A", "a"),
    ],
)
def test_only_another_spelling(known, wanted):
    assert is_spelling(wanted, [known])


@pytest.mark.parametrize(
    ("known", "wanted"),
    [
        ("Ada Lovelace", "Ada Byron"),
        ("Ada Lovelace", "Lovelace Ada"),
        ("Ann", "Bob"),
        ("样本小明", "样本晓明"),
        ("A", "B"),
        ("Ada Lovelace", "Dr. Ada Lovelace"[:5]),
        ("Ada Lovelace", ""),
    ],
)
def test_another_name(known, wanted):
    assert not is_spelling(wanted, [known])


def test_small_steps_do_not_lead_to_any_name():
    steps = ["Adela Lovelace", "Adila Lovelyce", "Idila Lovelyne"]

    assert is_spelling(steps[1], [steps[0]])
    assert is_spelling(steps[2], [steps[1]])
    assert not is_spelling(steps[2], [steps[0]])


def test_the_distance_counts_letters_to_add_drop_or_replace():
    assert distance("kitten", "sitting", 5) == 3
    assert distance("", "abc", 5) == 3
    assert distance("a", "abcdef", 2) == 3
