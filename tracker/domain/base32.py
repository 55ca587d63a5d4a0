"""Crockford's base32 with a check symbol over GF(32): passes, room codes, serials.

The alphabet leaves out I, L, O and U, so that a code read aloud or typed from
paper is not mistaken. The check symbol is a weighted sum in GF(32): it finds
every single wrong symbol and every exchange of two symbols.
"""

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}
PRIMITIVE_POLYNOMIAL = 0b100101  # x^5 + x^2 + 1
LOOKALIKES = str.maketrans({"I": "1", "L": "1", "O": "0", " ": "", "-": ""})


def _double(value: int) -> int:
    value <<= 1
    return value ^ PRIMITIVE_POLYNOMIAL if value & 32 else value


def _multiply(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a, b = _double(a), b >> 1
    return product


def _powers(count: int) -> list[int]:
    powers = [2]
    while len(powers) < count:
        powers.append(_double(powers[-1]))
    return powers


_PRODUCTS = [[_multiply(power, value) for value in range(32)] for power in _powers(31)]


def encode(data: bytes, length: int) -> str:
    """Write `data`, a big-endian number, as `length` symbols."""
    number = int.from_bytes(data)
    symbols = [ALPHABET[number >> 5 * place & 31] for place in range(length)]
    return "".join(reversed(symbols))


def decode(symbols: str, length: int) -> bytes:
    """Read what `encode` wrote, as `length` bytes."""
    number = 0
    for symbol in symbols:
        number = number << 5 | VALUES[symbol]
    return number.to_bytes(length)


def check_symbol(payload: str) -> str:
    """Return the check symbol of up to 31 symbols of the alphabet."""
    total = 0
    for products, symbol in zip(_PRODUCTS, payload, strict=False):
        total ^= products[VALUES[symbol]]
    return ALPHABET[total]


def is_checked(text: str) -> bool:
    """Say whether `text` is symbols of the alphabet that end in their check symbol."""
    return (
        all(symbol in VALUES for symbol in text) and check_symbol(text[:-1]) == text[-1]
    )


def tidy(text: str) -> str:
    """Undo what people do to a code they type: case, spaces, dashes, O for 0."""
    return text.strip().upper().translate(LOOKALIKES)
