"""The numbers of a prescriber as one page to print, tagged for screen readers (PDF/UA-1)."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.resources import files
from typing import Any

from lodose.language import current_language, decimal, full_date, habits, translate
from lodose.pharmacology.model import STRUCTURES
from lodose.pharmacology.picture import description

FILE_NAME = "receptors.pdf"  # no day, no name, nothing of health
_DAYS = (1, 2, 3, 4, 5, 7, 10, 14)


def pdf(data: Mapping[str, Any], chart: str, *, about: Sequence[str], on: date) -> bytes:
    """Set what a prescriber was shown as a page.

    Parameters
    ----------
    data : mapping
        As `lodose.server.answers.receptor_numbers` works it out.
    chart : str
        The wide picture, as SVG.
    about : sequence of str
        Which doses, in sentences; shown as text, never read as markup.
    on : date
        The day that stands on the page.

    Returns
    -------
    bytes
        The same for the same input: no clock goes into it, and its title names no medicine.
    """
    # Here only: the typesetter is heavy.
    import typst

    content = printed(data, chart, about=about, on=on)
    made: bytes = typst.compile(
        (files("lodose.pharmacology") / "templates" / "receptors.typ").read_bytes(),
        format="pdf",
        pdf_standards=["ua-1"],
        ignore_system_fonts=True,
        timestamp=datetime(2000, 1, 1, tzinfo=UTC),  # never the clock
        sys_inputs={"page": json.dumps(content, ensure_ascii=False)},
    )
    return made


def printed(
    data: Mapping[str, Any], chart: str, *, about: Sequence[str], on: date
) -> dict[str, Any]:
    """Return everything that stands on the page, said."""
    return {
        "language": current_language(),
        "region": habits().region,
        "title": translate("Receptors"),
        "heading": translate("For the prescriber: how long the block may last"),
        "on": full_date(on),
        "about": list(about),
        "longest": longest(data),
        "told": translate("What the person is told: “{warning}”").format(warning=data["warning"]),
        "rule": data["rule"],
        "not_before": data["not_before"],
        "measured": data["measured"],
        "chart": chart,
        "chart_words": description(),
        "below": {
            "title": translate("Hours after the last dose until less is occupied"),
            "head": [
                translate("Below"),
                *(words for name in STRUCTURES for words in (name, translate("5 of 100 longer"))),
            ],
            "rows": _below(data),
        },
        "residual": {
            "title": translate("Still occupied by day: middle value and 90 % band, in %"),
            "head": [translate("Days after the last dose"), *STRUCTURES],
            "rows": _residual(data),
        },
        "guidelines": {
            "title": translate("What guidelines state"),
            "lines": [
                translate("{hours} h: {what}. {note} Source: {source}.").format(
                    hours=decimal(f"{each['hours']:g}"),
                    what=each["what"],
                    note=each["note"],
                    source=each["source_text"],
                )
                for each in data["guidelines"]
            ],
        },
        "structures": {
            "title": translate("Why the three curves differ"),
            "lines": [f"{each['structure']}: {each['what']}." for each in data["structures"]],
        },
        "plasma": translate(
            "Peak in plasma {ng} ng/mL ({nm} nM), {hours} h after the last dose."
        ).format(
            ng=decimal(f"{data['plasma']['peak_ng_per_ml']:g}"),
            nm=decimal(f"{data['plasma']['peak_nm']:g}"),
            hours=decimal(f"{data['plasma']['peak_hours_after_dose']:g}"),
        ),
        "footer": translate("A model, not a measurement. It decides nothing: you do."),
    }


def longest(data: Mapping[str, Any]) -> str:
    """Say how long the slowest structure may still block: what counts for safety."""
    hours = data["longest_hours_until_below"]["10 %"]
    late = [each["10 %"] for each in data["hours_until_below_in_5_of_100"].values()]
    latest = None if None in late else max(late)
    return translate(
        "By the slowest structure more than 10 % of the mu receptors stay occupied for {hours} h "
        "({days} days) after the last dose, and in 5 of 100 people for {late_hours} h ({late_days} "
        "days) or longer."
    ).format(
        hours=_or_more(hours, 2880, 1),
        days=_or_more(hours, 2880, 24),
        late_hours=_or_more(latest, 1440, 1),
        late_days=_or_more(latest, 1440, 24),
    )


def _or_more(hours: float | None, most: int, part: int) -> str:
    if hours is None:
        return translate("over {hours}").format(hours=most // part)
    return f"{hours / part:.0f}"


def _below(data: Mapping[str, Any]) -> list[list[str]]:
    late = data["hours_until_below_in_5_of_100"]
    rows = []
    for share in data["structures"][0]["hours_until_below"]:
        row = [share]
        for each in data["structures"]:
            row.append(_or_more(each["hours_until_below"][share], 2880, 1))
            row.append(_or_more(late[each["structure"]][share], 1440, 1))
        rows.append(row)
    return rows


def _residual(data: Mapping[str, Any]) -> list[list[str]]:
    wanted = {*_DAYS, data["surgery_days"]}
    rows = []
    for each in data["by_day"]:
        day = each["days_after_last_dose"]
        if day < 0 or day not in wanted:
            continue
        said = str(day)
        if day == data["surgery_days"]:
            said = translate("{day}, operation").format(day=day)
        rows.append([said, *(_share(each[name]) for name in STRUCTURES)])
    return rows


def _share(one: Mapping[str, Any]) -> str:
    low, high = one["band_90_percent"]
    middle = one["median_percent"]
    # Below half a per cent is not nothing.
    return f"{'< 1' if middle < 0.5 else f'{middle:.0f}'} ({low:.0f}–{max(high, 1):.0f})"
