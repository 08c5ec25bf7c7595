"""Doses, strengths and volumes: whole micrograms and microlitres, and no guess about a unit."""

import re
from decimal import Decimal

from lodose.errors import InputError
from lodose.language import decimal, translate

MG = 1000
HIGHEST_UG = 6 * MG  # the highest low dose studied in a controlled trial
LOWEST_UG = 100  # below it no source read gives a step; a smaller figure is nearly always in mg
STRONGEST_UG_PER_ML = 50 * MG
_UNITS = {
    "mg": MG,
    "ug": 1,
    "µg": 1,
    "μg": 1,
    "mcg": 1,
    "microgram": 1,
    "micrograms": 1,
    "mikrogramm": 1,
}
_AMOUNT = re.compile(r"^\s*(?P<number>\d+(?:[.,]\d+)?)\s*(?P<unit>[a-zµμ]*)\s*$", re.IGNORECASE)
_THOUSANDS = re.compile(r"^[1-9]\d{0,2}[.,]\d{3}$")
_PER = re.compile(
    r"^(?P<amount>[^/]+)/\s*(?P<millilitres>\d+(?:[.,]\d+)?)?\s*ml\s*$", re.IGNORECASE
)
_VOLUME = re.compile(r"^\s*(?P<number>\d+(?:[.,]\d+)?)\s*ml\s*$", re.IGNORECASE)


def dose_ug(text: str, *, what: str = "dose") -> int:
    """Read a dose or a strength in micrograms.

    Parameters
    ----------
    text : str
        With its unit: "4.5 mg", "500 micrograms".
    what : str
        What it is, for the message.

    Raises
    ------
    InputError
        A question back where there is no unit, where the unit cannot be meant (500 mg, 4.5
        micrograms), or where "1,500" may be one and a half or fifteen hundred.

    Examples
    --------
    >>> dose_ug("4.5 mg"), dose_ug("1,5 mg"), dose_ug("500 micrograms")
    (4500, 1500, 500)
    """
    amount = _amount(text, what)
    if amount > HIGHEST_UG:
        raise InputError(
            translate("is above {highest}, the highest low dose that was studied").format(
                highest=in_mg(HIGHEST_UG)
            ),
            _suggestion(text, amount),
            column=what,
            value=text,
        )
    if amount < LOWEST_UG:
        raise InputError(
            translate("is less than {lowest} micrograms").format(lowest=LOWEST_UG),
            _suggestion(text, amount),
            column=what,
            value=text,
        )
    return _whole(amount, text, what)


def _amount(text: str, what: str) -> Decimal:
    """Micrograms, not yet whole."""
    found = _AMOUNT.match(text)
    unit = found.group("unit").casefold() if found else ""
    if found is None or (unit and unit not in _UNITS):
        raise InputError(
            translate("is no amount with a unit"),
            translate("write a number and its unit: '4.5 mg' or '500 micrograms'."),
            column=what,
            value=text,
        )
    number = found.group("number")
    if not unit:
        raise InputError(
            translate("has no unit"),
            translate(
                "is it {number} mg or {number} micrograms? Write the unit with the number."
            ).format(number=number),
            column=what,
            value=text,
        )
    if _THOUSANDS.match(number):
        whole, _, rest = number.replace(",", ".").partition(".")
        raise InputError(
            translate("can be read in two ways"),
            translate("is it {small} or {large} {unit}? Write it without the sign.").format(
                small=decimal(f"{whole}.{rest.rstrip('0') or '0'}"),
                large=f"{whole}{rest}",
                unit=unit,
            ),
            column=what,
            value=text,
        )
    return Decimal(number.replace(",", ".")) * _UNITS[unit]


def _whole(exact: Decimal, text: str, what: str) -> int:
    if exact != exact.to_integral_value():
        raise InputError(
            translate("is finer than a microgram"),
            translate("round it to whole micrograms."),
            column=what,
            value=text,
        )
    return int(exact)


def _suggestion(text: str, amount: Decimal) -> str:
    """Ask whether the other unit was meant, where that would be a low dose."""
    number = _AMOUNT.match(text)
    figure = number.group("number") if number else text
    if amount > HIGHEST_UG and LOWEST_UG <= amount / MG <= HIGHEST_UG:
        other = in_mg(int(amount / MG))
        return translate(
            "did you mean {figure} micrograms ({other})? Write the unit meant."
        ).format(figure=figure, other=other)
    if amount < LOWEST_UG and LOWEST_UG <= amount * MG <= HIGHEST_UG:
        return translate(
            "did you mean {figure} mg ({other} micrograms)? Write the unit meant."
        ).format(figure=figure, other=int(amount * MG))
    return translate("check the number and the unit with your prescriber or pharmacist.")


def concentration(text: str) -> int:
    """Read the strength of a liquid in micrograms per mL.

    Raises
    ------
    InputError
        A question back where the unit is missing or cannot be meant.

    Examples
    --------
    >>> concentration("1 mg/mL"), concentration("5 mg/5 mL"), concentration("500 micrograms/mL")
    (1000, 1000, 500)
    """
    found = _PER.match(text)
    if found is None:
        raise InputError(
            translate("is no strength of a liquid"),
            translate("write how much is in how much, as on the label: '1 mg/mL' or '5 mg/5 mL'."),
            column="liquid",
            value=text,
        )
    amount = _amount(found.group("amount"), "liquid")
    millilitres = Decimal((found.group("millilitres") or "1").replace(",", "."))
    if millilitres == 0 or amount == 0:
        raise InputError(
            translate("holds nothing"), translate("check the label."), column="liquid", value=text
        )
    exact = amount / millilitres
    if exact != exact.to_integral_value():
        raise InputError(
            translate("is no whole number of micrograms per mL"),
            translate("ask the pharmacy for the strength in mg per mL."),
            column="liquid",
            value=text,
        )
    strength = int(exact)
    if strength > STRONGEST_UG_PER_ML:
        raise InputError(
            translate("is stronger than any low-dose liquid"),
            translate(
                "did you mean {figure} micrograms? Look at the label: mg and micrograms differ a "
                "thousandfold."
            ).format(figure=found.group("amount").split()[0]),
            column="liquid",
            value=text,
        )
    return strength


def volume_ul(text: str, *, what: str = "volume") -> int:
    """Read a volume in microlitres: "0.1 mL" is 100."""
    found = _VOLUME.match(text)
    exact = Decimal(found.group("number").replace(",", ".")) * 1000 if found else Decimal(0)
    if found is None or exact != exact.to_integral_value() or exact <= 0:
        raise InputError(
            translate("is no volume"),
            translate("write it in mL: '0.1 mL'."),
            column=what,
            value=text,
        )
    return int(exact)


def in_mg(ug: int) -> str:
    """Write micrograms in mg, exactly, as the current language does.

    Examples
    --------
    >>> in_mg(4500), in_mg(125), in_mg(6000)
    ('4.5 mg', '0.125 mg', '6 mg')
    """
    return f"{_thousandths(ug)} mg"


def in_ml(ul: int) -> str:
    """Write microlitres in mL, exactly, as the current language does."""
    return f"{_thousandths(ul)} mL"


def _thousandths(number: int) -> str:
    whole, rest = divmod(number, 1000)
    text = f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else f"{whole}"
    return decimal(text)
