"""Walks a page about evidence and names every number that has no source beside it.

A number is right where the element that holds it (a line of a list, a row of a table, a study's
card, a picture's caption) names an identifier and the place where it was read, and where the record
with that identifier holds that number: of the very figure in a row of figures, of the fields that
its sentence rests on in a sentence.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from lodose.evidence import Evidence
from lodose.evidence.adding_up import doubts
from lodose.evidence.chances import Share, chances, share_sentence
from lodose.evidence.checks import texts_of
from lodose.evidence.numbers import numbers_in
from lodose.evidence.pages import condition_page
from lodose.evidence.schema import Figure, Study
from lodose.evidence.traces import fields_of, place_of

VOID = frozenset(("area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"))
PLACES = ("full text", "abstract", "registry", "label", "press", "second-hand")
WORKED_OUT = "worked out by Lodose"
# Names of scales and substances, and how wide every interval is.
NAMES = re.compile(r"SF-36|HAM-D-17|MADRS-10|COVID-19|NAD\+|TLR4|CD4|I²|\(95 %\)|(?:[Oo]f|in) 100")
BLOCKS = {"figcaption", "li", "tr", "figure", "section", "p", "h1", "h2", "h3", "h4"}


@dataclass
class Element:
    """An element with what it holds, in order."""

    tag: str
    attributes: dict[str, str]
    parent: "Element | None" = None
    held: list["Element | str"] = field(default_factory=list)

    def text(self, *, without: frozenset[str] = frozenset()) -> str:
        """What it says, without some kinds of element inside it."""
        pieces = [
            one if isinstance(one, str) else "" if one.tag in without else one.text(without=without)
            for one in self.held
        ]
        return " ".join(" ".join(pieces).split())

    def find(self, tag: str) -> Iterator["Element"]:
        """Elements of a kind inside it."""
        for one in self.held:
            if isinstance(one, Element):
                if one.tag == tag:
                    yield one
                yield from one.find(tag)

    def up(self) -> Iterator["Element"]:
        """Itself and what it stands in."""
        yield self
        if self.parent is not None:
            yield from self.parent.up()


class Tree(HTMLParser):
    """Builds elements."""

    def __init__(self) -> None:
        super().__init__()
        self.root = self.now = Element("page", {})

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.now)
        self.now.held.append(made)
        if tag not in VOID:
            self.now = made

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Element(tag, {name: value or "" for name, value in attrs}, self.now)
        self.now.held.append(made)

    def handle_endtag(self, tag: str) -> None:
        if any(one.tag == tag for one in self.now.up()):
            while self.now.tag != tag:
                assert self.now.parent is not None
                self.now = self.now.parent
            assert self.now.parent is not None
            self.now = self.now.parent

    def handle_data(self, data: str) -> None:
        self.now.held.append(data)


def main_of(page: str) -> Element:
    """Return the main part of a page."""
    tree = Tree()
    tree.feed(page)
    return next(tree.root.find("main"))


def numbers(text: str) -> list[str]:
    """Return the numbers of a text that are figures."""
    return numbers_in(NAMES.sub(" ", text.replace("−", "")))


def faults(page: str, evidence: Evidence) -> list[str]:
    """Name every number of a page without its identifier, its place or its record."""
    known = Known(evidence)
    main = main_of(page)
    found = [fault for picture in main.find("svg") for fault in fault_of_picture(picture, known)]
    return found + [
        fault
        for block in blocks(main)
        if numbers(own_text(block))
        for fault in fault_of(block, known)
    ]


def fault_of_picture(picture: Element, known: "Known") -> Iterator[str]:
    """Name what a picture says, in its label and in its texts, that no record says."""
    from lodose.evidence.charts import forest_description, funnel_description

    label = picture.attributes.get("aria-label", "")
    if not numbers(label):
        return
    said = [tell(pool) for pool in known.pools for tell in (forest_description, funnel_description)]
    said += [told for share in known.shares for told in share_words(share)]
    if label not in said:
        yield f"no picture that Lodose draws says: {label}"
    rows = {row.text for pool in known.pools for row in pool.rows}
    for text in re.findall(r"[−\d.]+ \([^)]* to [^)]*\)", picture.text()):
        if text not in rows:
            yield f"no row of a pool says: {text}"


def share_words(share: Share) -> tuple[str, str]:
    """Both ways of saying a share beside its picture."""
    return share_sentence(share, on_placebo=True), share_sentence(share, on_placebo=False)


def blocks(element: Element) -> Iterator[Element]:
    """The smallest blocks of a page: nothing that they hold is a block of its own."""
    for one in element.held:
        if isinstance(one, Element) and one.tag not in {"svg", "thead", "form", "nav"}:
            if one.tag in BLOCKS or one.tag == "dd":
                yield one
            yield from blocks(one)


def own_text(block: Element) -> str:
    """What a block says outside of blocks in it, links, titles of papers and pictures."""
    pieces = []
    for one in block.held:
        if isinstance(one, str):
            pieces.append(one)
        elif "muted" in one.attributes.get("class", "") and any(one.find("a")):
            continue  # the sources beside a sentence
        elif one.tag not in BLOCKS | {"a", "cite", "svg", "thead", "dd", "dl", "details"}:
            pieces.append(own_text(one))
    return " ".join(" ".join(pieces).split())


class Known:
    """The records, by what a page can name them with."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.by_url: dict[str, list[Study]] = {}
        for study in evidence.studies.values():
            for _identifier, url in study.citation.links:
                self.by_url.setdefault(url, []).append(study)
        self.pools = [
            pool for one in evidence.conditions for pool in condition_page(evidence, one).pools
        ]
        self.chances = [
            chances(evidence, one.id) for one in evidence.conditions.values() if one.chances
        ]
        self.shares = [
            share for one in self.chances for share in (one.active, one.placebo, one.other_placebo)
        ]
        self.sentences = {one.text: one for one in texts_of(evidence)}

    def studies_in(self, element: Element) -> list[Study]:
        """The studies whose identifiers an element links to."""
        return [
            study
            for link in element.find("a")
            for study in self.by_url.get(link.attributes.get("href", ""), [])
        ]

    def numbers_of(self, study: Study) -> set[str]:
        """Every number of a record, field by field."""
        return {trace.number for trace, _name in fields_of(study)} | set(
            numbers(f"{study.verified} {study.name}")
        )


def fault_of(block: Element, known: Known) -> Iterator[str]:
    """Name what is wrong with the numbers of one block."""
    said = own_text(block)
    if block.tag == "tr":
        yield from _fault_of_row(block, known)
        return
    holder = next((one for one in block.up() if _holds(one, block)), None)
    if holder is None:
        yield f"no source beside: {said}"
        return
    if any(
        numbers(said) == numbers(text) and text.split(" ")[0] in said
        for text in _worked_out(holder, known)
    ):
        return
    studies = known.studies_in(holder)
    if not studies:
        yield f"no identifier beside: {said}"
        return
    shown = holder.text()
    if not any(place in shown for place in PLACES):
        yield f"no place beside: {said}"
    if block.tag in {"figure", "figcaption"}:
        if not _is_share(numbers(said), holder, known):
            yield f"nothing that Lodose counts says: {said}"
        return
    if block.tag == "li" and _is_sentence(said):
        yield from _fault_of_sentence(said, holder, known)
        return
    held = set().union(*(known.numbers_of(study) for study in studies))
    doubt = [part for one in holder.find("strong") for part in numbers(one.text())]
    for number in numbers(said):
        if number not in held and number not in doubt and not _is_doubt(said, studies):
            yield f"{number} stands in no record beside: {said}"


def _holds(element: Element, block: Element) -> bool:
    """Whether an element is what a number's source must stand in."""
    if element is block and element.tag == "p":
        return any(element.find("a"))
    return element.tag in {"li", "tr", "figure", "section"}


def _is_sentence(said: str) -> bool:
    return said.endswith(("; )", ")", ".")) or ". " in said


def _is_doubt(said: str, studies: list[Study]) -> bool:
    """Whether a text says a figure as it is printed, and then what does not add up in it."""
    return any(
        bool(told := doubts(study, figure))
        and told in said
        and _fits(study, figure, numbers(said.partition(study.name)[2].partition(figure.label)[2]))
        for study in studies
        for figure in study.figures
    )


def _worked_out(holder: Element, known: Known) -> list[str]:
    """What Lodose worked out of a pool, where the element says that it did."""
    if holder.tag != "section" or "Worked out by Lodose" not in holder.text():
        return []
    return [
        text
        for pool in known.pools
        for text in (f"{pool.note} {pool.scatter}", f"{pool.label} ({pool.unit})", pool.label)
    ]


def _fault_of_sentence(said: str, holder: Element, known: Known) -> Iterator[str]:
    """A sentence is that of a record, and beside it stands where each of its numbers was read."""
    found = [one for text, one in known.sentences.items() if text and _held(text, said)]
    if not found:
        if not _is_doubt(said, known.studies_in(holder)):
            yield f"is no sentence of a record: {said}"
        return
    sentence = max(found, key=lambda one: len(one.text))
    beside = holder.text()
    for trace in known.evidence.traces.get(sentence.key, ()):
        study = known.evidence.study(trace.study)
        place = place_of(study, trace)
        identifier = study.citation.shown_for(place)[0]
        shown = re.search(rf"{re.escape(identifier)} \(([^)]*)\)", beside)
        if shown is None:
            yield f"{trace} has no {identifier} beside: {said}"
        elif place.value not in shown[1]:
            yield f"{trace} was read in the {place.value}, beside it stands {shown[1]}: {said}"


def _held(text: str, said: str) -> bool:
    """Whether a page says a text; a rating has what it is about, its certainty and its reason."""
    about, _, reason = text.partition(". ")
    if text in said:
        return True
    start = f"{about[:1].upper()}{about[1:]}: "
    return bool(reason) and said.startswith(start) and reason in said


def _fault_of_row(row: Element, known: Known) -> Iterator[str]:
    cells = [one for one in row.held if isinstance(one, Element)]
    said = row.text(without=frozenset({"a"}))
    if any("Controlled trials" in one.attributes.get("data-label", "") for one in cells):
        yield from _fault_of_listed(row, cells, known)
        return
    studies = known.studies_in(row)
    if not studies:
        yield from _fault_of_pooled(said, cells, row, known)
        return
    place = cells[-1].text(without=frozenset({"a"})).rstrip(",")
    if place not in PLACES:
        yield f"no place beside: {said}"
    label = next((one.text() for one in cells if one.tag == "th"), "")
    figures = [(study, one) for study in studies for one in study.figures if one.label == label]
    found = [one for one in cells if one.attributes.get("data-label") == "Found"]
    if found:
        # Which figure of that label it is, the row says in full: all its numbers are of one.
        wanted = numbers(own_text(found[0]))
        doubt = [figure for study, figure in figures if _fits(study, figure, wanted)]
        if not any(
            figure.place.value == place.replace("second-hand", "secondary") for figure in doubt
        ):
            yield f"no figure '{label}' read in the {place} says: {said}"
        return
    yield from _fault_of_worked_row(row, cells, studies, known)


def _fits(study: Study, figure: Figure, wanted: list[str]) -> bool:
    """Whether a row says a figure's numbers, in the order in which such a row is read."""
    held = iter([*_in_order(figure), *numbers(doubts(study, figure))])
    return all(number in held for number in wanted)


def _in_order(figure: Figure) -> list[str]:
    values: list[object] = [figure.value, figure.lower, figure.upper]
    for arm in (figure.active, figure.comparator):
        if arm is not None:
            values += [arm.mean, arm.lower, arm.upper, arm.events, arm.n, arm.percent]
    values += [figure.p, figure.note]
    return [number for value in values for number in numbers("" if value is None else str(value))]


def _fault_of_worked_row(
    row: Element, cells: list[Element], studies: list[Study], known: Known
) -> Iterator[str]:
    """A row of a forest plot or of the chances: as Lodose works it out from the records anew."""
    said = row.text()
    for pool in known.pools:
        for one in pool.rows:
            if one.identifier and f"{one.text} {one.place}, {one.identifier}" in said:
                return
    if _is_share([one for cell in cells[1:-1] for one in numbers(cell.text())], row, known):
        return
    yield f"nothing that Lodose works out says: {said}"


def _is_share(wanted: list[str], holder: Element, known: Known) -> bool:
    """Whether numbers are a share as Lodose counts it anew, read where the page says."""
    shown = holder.text()
    for share in known.shares:
        expected = [str(one) for one in (share.in_100, share.lower, share.upper, share.people)]
        beside = f"{share.place}, {share.identifier}" in shown
        if beside and wanted in (expected, expected[:3]):
            return True
    return False


def _fault_of_pooled(said: str, cells: list[Element], row: Element, known: Known) -> Iterator[str]:
    """A row without an identifier says that Lodose worked it out, and it did."""
    table = next((one for one in row.up() if one.tag in {"section", "main"}), row)
    if WORKED_OUT not in said and "Worked out by Lodose" not in table.text():
        yield f"no identifier beside: {said}"
        return
    label = cells[0].text()
    for pool in known.pools:
        known_rows = [(way.label, [way.text, way.spread, way.prediction]) for way in pool.ways]
        known_rows += [(each.label, [each.text]) for each in (*pool.rows, *pool.without)]
        for name, parts in known_rows:
            if label == name and all(part in said for part in parts):
                return
    for found in known.chances:
        gap = [found.difference, abs(found.difference_lower), abs(found.difference_upper)]
        if numbers(" ".join(cell.text() for cell in cells[1:])) == [str(each) for each in gap]:
            return
    yield f"nothing that Lodose works out says: {said}"


def _fault_of_listed(row: Element, cells: list[Element], known: Known) -> Iterator[str]:
    """A row of the list counts its trials; a number of its rating has a source."""
    (link, *_) = row.find("a")
    name = link.attributes["href"].strip("/").rpartition("/")[2]
    trials = {one.part_of or one.id for one in known.evidence.controlled_studies_of(name)}
    counted = cells[1].text()
    if counted != (str(len(trials)) if trials else "none"):
        yield f"{name} has {len(trials)} controlled trials, not {counted}"
    rest = numbers(own_text(cells[2]))
    key = (f"condition {name}", "rating")
    traced = known.evidence.traces.get(key, ())
    if not set(rest) <= {one.number for one in traced}:
        yield f"a number without a record: {row.text()}"
    if rest and not known.studies_in(cells[2]):
        yield f"no identifier beside: {row.text()}"
