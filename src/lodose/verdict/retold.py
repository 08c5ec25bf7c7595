"""What other rooms say in English, said again in the current language.

The readers of a diary, the audit and the inference know no language: their messages are parts of
files, logs and tests. Where such a message stands in a verdict, it is held against the forms listed
here and said in the current language; one that is not listed is passed on as it is, and a test
holds the list complete.
"""

import re
from collections.abc import Mapping
from datetime import date
from functools import cache

from lodose.language import SOURCE, current_language, decimal, habits, translatable, translate
from lodose.language import written_date as in_figures

MESSAGES = (
    # lodose.trial.audit
    translatable("{date} is after today, {date_of_today}. Correct the date."),
    translatable(
        "Study day {later} is {date}, {days} calendar day after study day {earlier} "
        "({date_of_earlier}): the count of days slips here. The calendar dates are used; "
        "check both."
    ),
    translatable(
        "Study day {later} is {date}, {days} calendar days after study day {earlier} "
        "({date_of_earlier}): the count of days slips here. The calendar dates are used; "
        "check both."
    ),
    translatable("The diary has no column '{column}', the primary outcome of the protocol."),
    translatable("The diary has no column '{column}', an outcome of the protocol."),
    translatable(
        "{date}: {column} is {number}, outside the range {number_low} to {number_high}. Correct "
        "the value or the protocol's range."
    ),
    translatable(
        "{date}: {column} is {number}, which falls between the steps of {number_step} of its scale."
    ),
    translatable(
        "{date}: the diary says {code}, the schedule {code_planned}. Find out which is right: the "
        "analysis goes by the schedule."
    ),
    translatable("{date}: {number} mg recorded, {number_planned} mg scheduled ({code} period)."),
    translatable("{date}: {number} mg recorded in a period on {code}."),
    translatable(
        "{days} day with an entry lie outside every period (the first is {date}) and are not "
        "analysed."
    ),
    translatable(
        "{days} days with an entry lie outside every period (the first is {date}) and are not "
        "analysed."
    ),
    translatable("{date}: the diary says {code}, but the schedule has no period there."),
    translatable(
        "No entry lies inside a period of the protocol ({date} to {date_of_end}). Check that diary "
        "and protocol belong together."
    ),
    translatable("No primary outcome for {days} days in a row, {date} to {date_of_end}."),
    translatable(
        "Period {period} ({date} to {date_of_end}, {code}) has no primary outcome at all."
    ),
    # lodose.diary.days
    translatable(
        "{date} has {entries} entries (lines {lines}): outcomes were averaged over the entries "
        "that have them, doses added up."
    ),
    translatable(
        "{days} days have several entries (the first is {date}, lines {lines}): outcomes were "
        "averaged over the entries that have them, doses added up."
    ),
    translatable(
        "Study day {day} differs from '{kept}' in line {line} of the same day; the first was kept."
    ),
    translatable(
        "Study day {day} differs from '{kept}' in line {line} of the same day; the first was kept. "
        "So it is in {lines} lines, of which this is the first."
    ),
    # lodose.diary.reading
    translatable("Column {columns} holds words, not numbers, and was not read."),
    translatable("Columns {columns} hold words, not numbers, and were not read."),
    translatable(
        "Column {columns} holds numbers, but the protocol names no such outcome: not analysed."
    ),
    translatable(
        "Columns {columns} hold numbers, but the protocol names no such outcome: not analysed."
    ),
    translatable(
        "{date} stands below {date_of_earlier}: the days were put into order. Check that no date "
        "is a slip of the hand."
    ),
    translatable(
        "{date} stands below {date_of_earlier} (and so in {places} places, of which this is the "
        "first): the days were put into order. Check that no date is a slip of the hand."
    ),
    # lodose.inference
    translatable(
        "{number} complete pair(s) of periods; an interval needs at least {least}. Mend: complete "
        "more pairs."
    ),
    translatable(
        "{number} period(s) with data in one arm; an interval needs at least {least} in each. "
        "Mend: complete more periods."
    ),
    translatable(
        "The period means do not vary at all, so no interval can be given. Mend: check that the "
        "outcome was recorded day by day."
    ),
    translatable(
        "A test of the order within pairs needs at least one pair with data on both sides. Mend: "
        "complete a pair"
    ),
    translatable(
        "The sequence that was given is not among the listed sequences. Mend: list every sequence "
        "that could have been drawn"
    ),
    translatable(
        "The sequence that was given has {longest} equal arms in a row, more than the {most} that "
        "the design allows. Mend: correct max_run or the periods"
    ),
    translatable("within-pairs needs the pair of each period. Mend: name it"),
    translatable(
        "The method '{method}' gives no set of sequences to test against. Mend: name within-pairs, "
        "listed with its sequences, or max-run with its limit"
    ),
    translatable(
        "Pair {pair} does not hold one active and one comparator period. Mend: give each pair one "
        "of each"
    ),
    translatable(
        "One arm has no period with data, so there is no difference to test. Mend: complete a "
        "period in each arm"
    ),
    translatable(
        "every period has one single value, so that the noise cannot be told from zero. Mend: give "
        "the smallest step of the scale (Priors.resolution)."
    ),
    translatable(
        "{number} period(s) on {code} treatment have a record; an effect needs at least 2 on each. "
        "Mend: go on with the plan until each arm was taken twice."
    ),
    translatable(
        "all {number} records have the same value; nothing varies. Mend: choose an outcome that "
        "can change."
    ),
)

SIDE_EFFECTS = (
    *(translatable("vivid dreams"), translatable("nightmares"), translatable("insomnia")),
    *(translatable("trouble sleeping"), translatable("headache"), translatable("nausea")),
    *(translatable("vomiting"), translatable("diarrhoea"), translatable("constipation")),
    *(translatable("stomach pain"), translatable("loss of appetite"), translatable("dry mouth")),
    *(translatable("dizziness"), translatable("tiredness"), translatable("fatigue")),
    *(translatable("anxiety"), translatable("irritability"), translatable("low mood")),
    *(translatable("agitation"), translatable("joint pain"), translatable("muscle pain")),
    *(translatable("hot flushes"), translatable("sweating"), translatable("palpitations")),
    *(translatable("rash"), translatable("itching")),
)
"""Names that people often write; any other is shown as it was written."""

_HOLE = re.compile(r"\{(\w+)\}")


def retold(message: str) -> str:
    """Say a message of another room in the current language.

    Examples
    --------
    >>> from lodose.language import speaking
    >>> with speaking("de"):
    ...     retold("2025-01-10: 0.5 mg recorded in a period on comparator.")
    '10.01.2025: 0,5 mg eingetragen in einer Phase mit „Vergleich“.'
    """
    if current_language() == SOURCE or not message:
        return message
    for template, form in _forms():
        if found := form.fullmatch(message):
            values = {name: _value(name, text) for name, text in found.groupdict().items()}
            return translate(template).format_map(values)
    return translate(message)


def shown_side_effect(name: str) -> str:
    """A side effect as people read it; the diary keeps names in small letters."""
    known = translate(name)
    if known == name and habits().capital_nouns:
        return name[:1].upper() + name[1:]
    return known


@cache
def _forms() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((template, pattern_of(template)) for template in MESSAGES)


def pattern_of(template: str) -> re.Pattern[str]:
    """A template with anything in its braces; a date and a code are known by their shape."""
    shapes: Mapping[str, str] = {"date": r"\d{4}-\d\d-\d\d", "code": r"active|comparator"}
    pieces = _HOLE.split(template)
    made = [
        re.escape(piece) if index % 2 == 0 else f"(?P<{piece}>{shapes.get(_kind(piece), '.+?')})"
        for index, piece in enumerate(pieces)
    ]
    return re.compile("".join(made))


def _kind(name: str) -> str:
    return name.partition("_")[0]


def _value(name: str, text: str) -> str:
    match _kind(name):
        case "date":
            return in_figures(date.fromisoformat(text))
        case "number":
            return decimal(text)
        case "code":
            return translate(text)
    return text
