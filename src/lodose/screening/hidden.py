"""Signs in a name as it was typed that there is more in a medicine than the name that was known.

"Co-Dafalgan", "Paracetamol comp. 500/30" and "Tylenol No. 4" hold codeine beside what is known.
"""

import re

from lodose.screening.names import fold

# "4,5 mg" is one number: a comma parts two medicines only where no digit follows it.
_SEVERAL = re.compile(r"[;\n&]|,(?!\d)")
_PLUS_SIGN = re.compile(r"(?<=\w)\+(?=\s|$)")
# "500/30" and "500 mg/30 mg", but neither "250 mg/5 ml" nor half a tablet, "1/2".
_TWO_STRENGTHS = re.compile(
    r"(?:\d{2,}\s*(?:mg)?\s*/\s*\d+|\d\s*(?:mg)?\s*/\s*\d{2,})(?![\d.,]|\s*(?:ml|h\b))"
)
_NUMBERED = re.compile(r"(?:#|\b(?:no|nr|num|number|nummer)\b\.?)\s*\d|[a-z]\s+[1-4]s?\s*$")


def several(entered: str) -> list[str]:
    """Return the medicines of a line in which somebody typed more than one."""
    return [part for part in _SEVERAL.split(entered) if part.strip()]


def with_plus(entered: str) -> str:
    """Return a name with its plus sign as a word.

    Examples
    --------
    >>> with_plus("Nurofen+"), with_plus("ibuprofen+codeine")
    ('Nurofen plus', 'ibuprofen+codeine')
    """
    return _PLUS_SIGN.sub(" plus", entered)


def shows_more(entered: str) -> bool:
    """Whether two strengths or the number of a series stand beside a name.

    Examples
    --------
    >>> shows_more("paracetamol 500/30"), shows_more("Tylenol No. 4")
    (True, True)
    >>> shows_more("paracetamol 250 mg/5 ml"), shows_more("ibuprofen 1/2 tablet")
    (False, False)
    """
    folded = fold(entered)
    return bool(_TWO_STRENGTHS.search(folded) or _NUMBERED.search(folded))


def unread(entered: str) -> bool:
    """Whether letters stand in a name that are not read here: another alphabet than two.

    Examples
    --------
    >>> unread("ibuprofen + κωδεΐνη"), unread("ibuprofen 400 µg"), unread("морфин")
    (True, False, False)
    """
    return any(sign.isalpha() and not "a" <= sign <= "z" for sign in fold(entered))
