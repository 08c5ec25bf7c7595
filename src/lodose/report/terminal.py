"""The report in a terminal: answer first, readable at 80 columns, without colour and in a pipe."""

from collections.abc import Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from lodose.language import translate
from lodose.report import content, method
from lodose.report.sensitivity import CAPTION, word_with_mark
from lodose.report.textbars import Marks, interval_bar, place_bar
from lodose.report.words import (
    MINUS,
    NOTHING,
    arm_names,
    clean,
    gain,
    number,
    sentence_case,
    span,
    with_interval,
)
from lodose.trial import Audit
from lodose.verdict.numbers import decimals, from_to, general
from lodose.verdict.result import OutcomeAnswer, Verdict

BAR = 31
PLAIN = {MINUS: "-", NOTHING: "-", "…": "...", "≥": ">=", "±": "+/-", "“": '"', "”": '"', "„": '"'}
LETTERS = {"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"}


def print_terminal(verdict: Verdict, console: Console) -> None:
    """Print a verdict, the answer first.

    Parameters
    ----------
    verdict : Verdict
        What to print.
    console : rich.console.Console
        Where to; its width and encoding are kept to, and nothing depends on colour.
    """
    page = _Page(console)
    if verdict.protocol.synthetic:
        page.line(translate(content.SYNTHETIC), style="bold yellow")
    page.line(verdict.protocol.question)
    page.gap()
    page.line(verdict.wording.answer, style="bold")
    template = (
        translate("Verdict: {word} ({window})")
        if verdict.wording.window
        else translate("Verdict: {word}")
    )
    window = verdict.wording.window.rstrip(".")
    page.line(template.format(word=content.headline(verdict), window=window), style="dim")
    page.gap()
    page.pairs(content.three_lines(verdict))
    _print_chances(verdict, page)
    _print_readings(verdict.primary, page)
    _print_sensitivity(verdict.primary, page)
    _print_periods(verdict, page)
    _print_side_effects(verdict, page)
    if verdict.wording.uncertain:
        page.heading(translate("What is uncertain"))
        page.items(verdict.wording.uncertain)
    if verdict.wording.allowed_for:
        page.heading(translate("What else the model saw"))
        page.items(verdict.wording.allowed_for)
    if verdict.wording.doctor:
        page.heading(translate("For the doctor"))
        page.items(verdict.wording.doctor)
    if verdict.planning:
        page.heading(translate("Looking ahead"))
        page.line(method.looking_ahead(verdict))
    page.heading(translate("Next step"))
    page.line(verdict.wording.next_step)
    page.heading(translate("Where this answer comes from"))
    made = verdict.provenance
    template = (
        translate("{version}, engine {engine}, rule {rule}")
        if made.engine_hash
        else translate("{version}, nothing estimated")
    )
    version = template.format(version=made.lodose_version, engine=made.engine, rule=made.rule)
    page.pairs(
        (
            ("Lodose", version),
            *(((translate("Engine"), made.engine_hash),) if made.engine_hash else ()),
            (translate("Protocol"), made.protocol_sha256),
            (translate("Diary"), made.diary_sha256),
            (translate("File"), made.diary_source),
        ),
        style="dim",
    )


def print_audit(audit: Audit, console: Console) -> None:
    """Print what the audit of a diary found: the remarks first, then the counts.

    Parameters
    ----------
    audit : Audit
        What to print.
    console : rich.console.Console
        Where to.
    """
    page = _Page(console)
    remarks = content.audit_remarks(audit)
    said = translate("The diary has remarks:" if remarks else "No remarks on the diary.")
    page.line(said, style="bold")
    if remarks:
        page.items(remarks)
    page.gap()
    page.pairs(content.audit_facts(audit))


def _holds(encoding: str, text: str) -> bool:
    try:
        text.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True


class _Page:
    """Lines on a console that never reads markup and never prints what it cannot encode."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.marks = Marks("*", "o", "-", "[", "]", ".", "|", "+")
        if _holds(console.encoding, "●◇─├┤░"):
            self.marks = Marks()

    def encoded(self, text: str) -> str:
        """Replace what the terminal's encoding does not hold."""
        if self.marks.active == "*":
            for sign, plain in PLAIN.items():
                text = text.replace(sign, plain)
            for letter, plain in LETTERS.items():
                if not _holds(self.console.encoding, letter):
                    text = text.replace(letter, plain)
            text = text.encode(self.console.encoding, "replace").decode(self.console.encoding)
        return text

    def text(self, text: str, style: str = "") -> Text:
        return Text(self.encoded(clean(text)), style=style)

    def gap(self) -> None:
        self.console.print()

    def line(self, text: str, style: str = "", indent: int = 0) -> None:
        self.console.print(Padding(self.text(text, style), (0, 0, 0, indent), expand=False))

    def heading(self, text: str) -> None:
        self.gap()
        self.line(text, style="bold")

    def items(self, lines: tuple[str, ...]) -> None:
        table = Table.grid(padding=(0, 1))
        for line in lines:
            table.add_row(Text("-"), self.text(line))
        self.show(table)

    def pairs(self, pairs: tuple[tuple[str, str], ...], style: str = "") -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column(max_width=17, style="bold")
        table.add_column(overflow="fold")
        for name, value in pairs:
            table.add_row(self.text(name), self.text(value, style))
        self.show(table)

    def rows(self, head: tuple[str, ...], rows: Sequence[tuple[str | Text, ...]]) -> None:
        table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
        for index, name in enumerate(head):
            table.add_column(
                Text(self.encoded(name)), overflow="fold", no_wrap=index == len(head) - 1
            )
        for row in rows:
            table.add_row(*(self.text(cell) if isinstance(cell, str) else cell for cell in row))
        self.show(table)

    def show(self, table: Table) -> None:
        self.console.print(Padding(table, (0, 0, 0, 2), expand=False))


def _print_chances(verdict: Verdict, page: _Page) -> None:
    rows: list[tuple[str | Text, ...]] = []
    for chance in content.chances(verdict):
        dots = page.marks.active * chance.dots + page.marks.ground * (content.DOTS - chance.dots)
        rows.append((chance.what, page.text(dots), chance.words))
    if rows:
        page.heading(content.chances_heading(verdict))
        page.rows(("", translate("of {number}").format(number=content.DOTS), ""), rows)


def _print_readings(answer: OutcomeAnswer, page: _Page) -> None:
    """The gain under each prior as a bar of text, side by side."""
    page.heading(translate("How much better on the active treatment (95 % interval)"))
    if not answer.priors:
        said = answer.not_estimable or translate("The effect could not be estimated.")
        page.line(said, indent=2)
        return
    gains = [gain(row.effect, answer.outcome) for row in answer.priors]
    mcid = float(answer.outcome.mcid)
    low = min([better.lower for better in gains] + [-1.2 * mcid])
    high = max([better.upper for better in gains] + [1.8 * mcid])
    rows: list[tuple[str | Text, ...]] = []
    for row, better in zip(answer.priors, gains, strict=True):
        numbers = with_interval(better, decimals(answer.outcome))
        bar = interval_bar(better, (low, high), mcid, BAR, page.marks)
        rows.append((sentence_case(row.label), numbers, Text(bar)))
    worse, better_side = translate("worse"), translate("better")
    sides = f"{worse}{better_side:>{BAR - len(worse)}}"
    page.rows((translate("Reading"), translate("Better by"), sides), rows)
    key = translate("{zero} zero   {ground} too small to matter (less than {mcid} either way)")
    signs = {"zero": page.marks.zero, "ground": page.marks.ground}
    page.line("  " + key.format(**signs, mcid=general(mcid)), "dim")


def _print_sensitivity(answer: OutcomeAnswer, page: _Page) -> None:
    """The same days with one thing changed at a time: a line each."""
    if not answer.sensitivity:
        return
    page.heading(translate(CAPTION))
    rows: list[tuple[str | Text, ...]] = []
    for row in answer.sensitivity:
        if row.effect is None:
            rows.append((sentence_case(row.label), NOTHING, translate("not done")))
            continue
        better = with_interval(gain(row.effect, answer.outcome), decimals(answer.outcome))
        rows.append((sentence_case(row.label), better, word_with_mark(row)))
    page.rows((translate("Reading"), translate("Better by"), translate("Word")), rows)
    reasons = dict.fromkeys(row.skipped for row in answer.sensitivity if row.skipped)
    if reasons:
        said = translate("Not done: {reasons}.").format(reasons="; ".join(reasons))
        page.line(f"  {said}", "dim")


def _print_periods(verdict: Verdict, page: _Page) -> None:
    """Each period with its mean as a number and as a place on the scale."""
    answer = verdict.primary
    outcome = answer.outcome
    names = arm_names(verdict.protocol, 18)
    page.heading(content.in_each_period(outcome))
    ends = float(outcome.minimum), float(outcome.maximum)
    rows: list[tuple[str | Text, ...]] = []
    for period in answer.periods:
        mark = page.marks.active if period.arm == "active" else page.marks.comparator
        bar = place_bar(period.mean, ends, BAR - 10, mark, page.marks)
        rows.append(
            (
                str(period.number),
                f"{mark} {names[period.arm]}",
                span(period.start, period.end, year=False),
                f"{period.days_observed}/{period.days}",
                number(period.mean, decimals(outcome)),
                Text(bar),
            )
        )
    head = (translate("Treatment"), translate("From"), translate("Days"), translate("Mean"))
    page.rows(("", *head, from_to(general(ends[0]), general(ends[1]))), rows)


def _print_side_effects(verdict: Verdict, page: _Page) -> None:
    names = arm_names(verdict.protocol, 18)
    table = content.side_effect_table(verdict)
    page.heading(translate("Side effects: days with one, of the days on which it was asked"))
    if not table.rows:
        page.line(table.empty, indent=2)
        return
    head = ("", names["active"], names["comparator"], translate("Worst"))
    page.rows(head, table.rows)
