"""What staff may choose as a passphrase."""

import pytest

from tracker.domain.passphrases import passphrase_problem

EMAIL = "alexander.sample@example.org"


@pytest.mark.parametrize(
    "text",
    [
        "four calm green words",
        "correct pony battery stable",
        "tracks in the wet snow",
        "пять спокойных слов",
        "ünïcödé wörds söng",
        "9k#Vq2!mZr7w",
        "739105826649",
        "adminton racket on ice",
    ],
)
def test_long_enough_and_not_the_first_guess_is_accepted(text):
    assert passphrase_problem(text, EMAIL) is None


@pytest.mark.parametrize("text", ["", "elevenchars", "ab" * 5, "\u0301" * 11])
def test_fewer_than_twelve_characters_are_refused(text):
    assert passphrase_problem(text, EMAIL) == "needs at least 12 characters"


def test_a_passphrase_has_an_end():
    text = "four calm green words " * 10

    assert passphrase_problem(text, EMAIL) == "has more than 200 characters"


@pytest.mark.parametrize(
    "text", [EMAIL, EMAIL.upper(), f" {EMAIL} ", "alexander.sample"]
)
def test_the_own_address_is_refused(text):
    assert passphrase_problem(text, EMAIL) == ("is your e-mail address; choose another")


@pytest.mark.parametrize(
    "text",
    [
        "password1234",
        "Password2026!",
        "passwordpassword",
        "Passw0rd!!!!",
        "passphrase 1",
        "correct horse battery staple",
        "123456789012",
        "098765432109",
        "qwertyuiop[]",
        "qwertyuiopas",
        "1qaz2wsx3edc",
        "abcdefghijkl",
        "zyxwvutsrqpo",
        "aaaaaaaaaaaa",
        "abcabcabcabc",
        "mustermuster",
        "Welcome12345!",
        "administrator",
        "letmein letmein",
        "iloveyou2026",
        "changeme1234",
        "______________",
    ],
)
def test_what_many_people_think_of_first_is_refused(text):
    assert passphrase_problem(text, EMAIL) == (
        "is one of the first that would be tried; choose another"
    )
