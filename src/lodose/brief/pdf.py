"""A brief as a PDF of exactly two pages, tagged for screen readers (PDF/UA-1), and as data."""

import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any

from lodose.brief.model import Brief
from lodose.brief.pages import printed
from lodose.language import speaking

_NO_GLYPH = "could not be displayed with font"
# Beyond Latin, Greek, Cyrillic, punctuation and the signs that the brief itself uses.
_UNUSUAL = re.compile("[^\u0000-\u052f\u1e00-\u206f\u20a0-\u22ff\u2500-\u25ff]")


def as_data(brief: Brief) -> dict[str, Any]:
    """Return a brief as plain values, for JSON; a person's holds no opioid-free interval."""
    return json.loads(json.dumps(asdict(brief)))  # type: ignore[no-any-return]


def pdf(brief: Brief) -> bytes:
    """Set a brief as a tagged PDF.

    Parameters
    ----------
    brief : Brief
        As :func:`lodose.brief.make_brief` made it; its language and reader are its own.

    Returns
    -------
    bytes
        A PDF/UA-1 document of two pages, the same bytes for the same brief: no clock goes into
        it, and its title names no medicine. Longer text is set smaller, then shortened, and what
        is left out is said. Writing that the built-in fonts lack takes the machine's fonts, or
        becomes a box.
    """
    # Here only: the typesetter is heavy.
    import typst

    with speaking(brief.language):
        data = json.dumps(printed(brief), ensure_ascii=False)
    try:
        return _compiled(data, built_in_fonts_only=True)
    except typst.TypstError as error:
        if _NO_GLYPH not in str(error):
            raise
    try:
        return _compiled(data, built_in_fonts_only=False)
    except typst.TypstError as error:
        if _NO_GLYPH not in str(error):
            raise
    return _compiled(_UNUSUAL.sub("\N{WHITE SQUARE}", data), built_in_fonts_only=True)


def _compiled(data: str, *, built_in_fonts_only: bool) -> bytes:
    import typst

    made: bytes = typst.compile(
        (files("lodose.brief") / "templates" / "brief.typ").read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=built_in_fonts_only,
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),  # never the clock: same brief, same bytes
        sys_inputs={"brief": data},
    )
    return made
