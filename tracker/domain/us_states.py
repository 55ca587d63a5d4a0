"""The states of the United States: their codes, names, and which share a border.

Geography, as every atlas has it; a border in water or at a point counts where maps
count it (Arizona and Colorado meet at a point and are not neighbours here).
"""

from tracker.domain.names import clean_text

_TABLE = """
AL Alabama: FL GA MS TN
AK Alaska:
AZ Arizona: CA NM NV UT
AR Arkansas: LA MO MS OK TN TX
CA California: AZ NV OR
CO Colorado: KS NE NM OK UT WY
CT Connecticut: MA NY RI
DE Delaware: MD NJ PA
DC District of Columbia: MD VA
FL Florida: AL GA
GA Georgia: AL FL NC SC TN
HI Hawaii:
ID Idaho: MT NV OR UT WA WY
IL Illinois: IA IN KY MO WI
IN Indiana: IL KY MI OH
IA Iowa: IL MN MO NE SD WI
KS Kansas: CO MO NE OK
KY Kentucky: IL IN MO OH TN VA WV
LA Louisiana: AR MS TX
ME Maine: NH
MD Maryland: DC DE PA VA WV
MA Massachusetts: CT NH NY RI VT
MI Michigan: IN OH WI
MN Minnesota: IA ND SD WI
MS Mississippi: AL AR LA TN
MO Missouri: AR IA IL KS KY NE OK TN
MT Montana: ID ND SD WY
NE Nebraska: CO IA KS MO SD WY
NV Nevada: AZ CA ID OR UT
NH New Hampshire: MA ME VT
NJ New Jersey: DE NY PA
NM New Mexico: AZ CO OK TX
NY New York: CT MA NJ PA VT
NC North Carolina: GA SC TN VA
ND North Dakota: MN MT SD
OH Ohio: IN KY MI PA WV
OK Oklahoma: AR CO KS MO NM TX
OR Oregon: CA ID NV WA
PA Pennsylvania: DE MD NJ NY OH WV
RI Rhode Island: CT MA
SC South Carolina: GA NC
SD South Dakota: IA MN MT ND NE WY
TN Tennessee: AL AR GA KY MO MS NC VA
TX Texas: AR LA NM OK
UT Utah: AZ CO ID NV WY
VT Vermont: MA NH NY
VA Virginia: DC KY MD NC TN WV
WA Washington: ID OR
WV West Virginia: KY MD OH PA VA
WI Wisconsin: IA IL MI MN
WY Wyoming: CO ID MT NE SD UT
"""


def _read() -> tuple[dict[str, str], dict[str, frozenset[str]]]:
    names, neighbours = {}, {}
    for line in _TABLE.strip().splitlines():
        state, _, around = line.partition(":")
        code, _, name = state.partition(" ")
        names[code], neighbours[code] = name, frozenset(around.split())
    return names, neighbours


NAMES, NEIGHBOURS = _read()
_CODES = {name.casefold(): code for code, name in NAMES.items()}


def state_code(text: str) -> str:
    """Return a state as it is compared: its code, however it was written.

    What is no state of the United States is returned tidied, in capitals.
    """
    tidied = clean_text(text)
    return _CODES.get(tidied.casefold(), tidied.upper())


def are_neighbours(one: str, other: str) -> bool:
    """Say whether two states, by their codes, share a border."""
    return other in NEIGHBOURS.get(one, frozenset())
