"""What staff may choose as a passphrase: long enough, and not the first guess.

No rule asks for digits or signs: such rules make passphrases that are hard to
remember and easy to guess (NIST SP 800-63B, 5.1.1.2).
"""

import unicodedata

from tracker.domain.names import normalise_address

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 200
ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890123456789",
    "1234567890123456789012345678901234567890",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
)
# Without spaces and signs. Each is what many people come up with first.
COMMON_WORDS = (
    "password",
    "passphrase",
    "passw0rd",
    "letmein",
    "welcome",
    "iloveyou",
    "administrator",
    "admin",
    "changeme",
    "default",
    "secret",
    "muster",
    "tracker",
    "correcthorsebatterystaple",
    "thequickbrownfox",
    "qwerty",
    "login",
    "test",
)


def normalise_passphrase(text: str) -> str:
    """Return a passphrase as it is hashed, whichever keyboard typed it (NFKC)."""
    return unicodedata.normalize("NFKC", text)


def passphrase_problem(text: str, email: str) -> str | None:
    """Say what is wrong with a passphrase that somebody chooses; None: nothing.

    Refused are fewer than 12 code points, the person's own address, runs along
    the alphabet or the keyboard, repetitions of a few signs, and a common word
    with a few digits or signs around it.
    """
    normal = normalise_passphrase(text)
    if len(normal) < MINIMUM_LENGTH:
        return f"needs at least {MINIMUM_LENGTH} characters"
    if len(normal) > MAXIMUM_LENGTH:
        return f"has more than {MAXIMUM_LENGTH} characters"
    if _is_address(normal, email):
        return "is your e-mail address; choose another"
    if _is_common(normal):
        return "is one of the first that would be tried; choose another"
    return None


def _is_address(text: str, email: str) -> bool:
    whole = normalise_address(email)
    return normalise_address(text) in {whole, whole.partition("@")[0]}


def _is_common(text: str) -> bool:
    folded = "".join(text.casefold().split())
    if len(set(folded)) < 5 or _repeats(folded):
        return True
    if any(folded in row or folded in row[::-1] for row in ROWS):
        return True
    letters = "".join(char for char in folded if char.isalpha() or char == "0")
    rest = letters
    for word in sorted(COMMON_WORDS, key=len, reverse=True):
        rest = rest.replace(word, "")
    return rest != letters and len(rest.strip("0")) < 4


def _repeats(text: str) -> bool:
    """Say whether `text` is one piece of up to six signs, again and again."""
    return any(text == (text[:size] * len(text))[: len(text)] for size in range(1, 7))
