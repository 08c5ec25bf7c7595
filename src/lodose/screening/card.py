"""A card for the wallet: what an emergency team has to know (PDF/UA-1)."""

import json
import re
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

from lodose.errors import InputError
from lodose.language import current_language, decimal, habits, translate

# What is in the treatment must not be read off a file list, a cloud folder or a printer's queue.
_TELLING = re.compile(r"naltrexon|\bldn\b|opioid", re.IGNORECASE)
_DOSE = re.compile(r"^\s*(\d{1,2}(?:[.,]\d{1,3})?)\s*mg\s*$")
_HIGHEST_MG = 6
_LONGEST = 120
_NEUTRAL = {"--card": "card.pdf", "--out": "brief.pdf"}
# Beyond Latin, Greek, Cyrillic and punctuation.
_UNUSUAL = re.compile("[^\u0000-\u052f\u1e00-\u206f\u20a0-\u22ff\u2500-\u25ff]")


def check_file_name(path: Path, *, option: str = "--card") -> None:
    """Refuse a name that tells what is taken.

    Raises
    ------
    InputError
        Where the name holds the medicine's name.
    """
    if _TELLING.search(path.stem.replace("_", " ")):
        raise InputError(
            "tells by its name what is taken",
            f"choose a neutral name, such as {_NEUTRAL.get(option, 'days.ics')}.",
            column=option,
            value=path.name,
        )


def dose_text(dose: str | None) -> str:
    """Return a dose as the card prints it, empty where none was given.

    Raises
    ------
    InputError
        Where it is not in mg, or above the low doses that were studied.

    Examples
    --------
    >>> dose_text("4.5 mg"), dose_text(None)
    ('4.5 mg', '')
    """
    if dose is None:
        return ""
    found = _DOSE.match(dose)
    if found is None or float(found.group(1).replace(",", ".")) > _HIGHEST_MG:
        raise InputError(
            "is not a low dose in mg",
            f"write mg with the number, up to {_HIGHEST_MG} mg: --dose '4.5 mg'. Is it micrograms "
            "(1 mg is 1000 micrograms)?",
            column="--dose",
            value=dose,
        )
    return f"{decimal(found.group(1).replace(',', '.'))} mg"


def card_text(*, dose: str | None, prescriber: str) -> dict[str, object]:
    """Return every text of the card, in the current language, with no date."""
    return {
        "language": current_language(),
        "region": habits().region,
        "title": translate("Medical card"),
        "heading": translate("I may be on naltrexone"),
        "about": translate(
            "Low-dose naltrexone blocks opioid receptors. Opioid pain relief may not work as usual."
        ),
        "team-heading": translate("For the emergency team"),
        "team": [
            translate("Do not delay care because of this card."),
            translate("Regional or non-opioid pain relief first."),
            translate(
                "Opioids only titrated and monitored by trained staff: more may be needed, and "
                "breathing may be slowed more deeply and for longer."
            ),
            translate("Hold naltrexone; ask for the time of the last dose."),
        ],
        "person-heading": translate("For me"),
        "person": translate(
            "Do not try to overcome the block: it can stop your breathing. About the treatment "
            "your prescriber decides."
        ),
        "rows": [
            [translate("Dose"), dose_text(dose) or "____________"],
            [translate("Last dose, day and time"), "____________"],
            [translate("Prescriber"), prescriber.strip() or "____________"],
        ],
        "what": translate("What"),
        "value": translate("Value"),
    }


def card_bytes(*, dose: str | None = None, prescriber: str = "") -> bytes:
    """Set the card as a tagged PDF.

    Parameters
    ----------
    dose : str, optional
        In mg, such as "4.5 mg"; left to be filled in by hand without one.
    prescriber : str
        Name and telephone; left to be filled in by hand where empty.

    Returns
    -------
    bytes
        A PDF/UA-1 document of one page; no clock goes into it, and its title names no medicine.
    """
    # Here only: the typesetter is heavy.
    import typst

    data = json.dumps(card_text(dose=dose, prescriber=prescriber[:_LONGEST]), ensure_ascii=False)
    made: bytes
    try:
        made = _compiled(data, built_in_fonts_only=True)
    except typst.TypstError as error:
        if "could not be displayed with font" not in str(error):
            raise
        # A name in a script that the built-in fonts lack: the machine's fonts help out, or boxes.
        try:
            made = _compiled(data, built_in_fonts_only=False)
        except typst.TypstError:
            made = _compiled(_UNUSUAL.sub("\N{WHITE SQUARE}", data), built_in_fonts_only=True)
    return made


def _compiled(data: str, *, built_in_fonts_only: bool) -> bytes:
    import typst

    made: bytes = typst.compile(
        (files("lodose.screening") / "templates" / "card.typ").read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=built_in_fonts_only,
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),  # never the clock: same card, same bytes
        sys_inputs={"card": data},
    )
    return made
