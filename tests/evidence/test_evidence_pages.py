"""All that is shown: each number has study, identifier and place; nothing is overstated."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from xml.etree import ElementTree

import pytest

from lodose.errors import LodoseError
from lodose.evidence import Evidence, read_evidence
from lodose.evidence.chances import Share, chances, icon_array, share_sentence, wilson
from lodose.evidence.charts import forest_chart, funnel_chart, write_chances, write_pool_charts
from lodose.evidence.checks import numbers_in, numbers_of
from lodose.evidence.contrasts import contrast_of, pool_contrasts
from lodose.evidence.pages import claim_page, condition_page, shown_study
from lodose.language import speaking
from lodose.report.drawing import WIDTHS, svg

SVG = "{http://www.w3.org/2000/svg}"
IDENTIFIER = re.compile(r"^(doi:10\.\S+|PMID \d{6,9}|NCT\d{8}|CTRI/\S+|DailyMed [0-9a-f-]{36})$")
EVIDENCE = read_evidence()
ADDRESSES = frozenset({"identifier", "url", "links", "reference", "id", "study", "name"})
# Words that belong to a printed title, an identifier or the name of a scale.
NOT_FIGURES = re.compile(
    r"(SF-36|HAM-D-17|MADRS-10|NAD\+|COVID-19|TLR4|CD4|doi:\S+|PMID \d+|NCT\d+|CTRI/\S+|I²)"
)


def texts(value: object, *, without: frozenset[str] = frozenset()) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in without:
                yield from texts(inner, without=without)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from texts(inner, without=without)
    elif isinstance(value, str):
        yield value


def dicts(value: object) -> Iterator[dict[str, object]]:
    if isinstance(value, dict):
        yield value
        for inner in value.values():
            yield from dicts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from dicts(inner)


def known(evidence: Evidence, studies: set[str]) -> set[str]:
    found = set()
    for one in studies:
        found |= numbers_of(evidence.study(one))
    return found


def numbers(text: str) -> set[str]:
    return set(numbers_in(NOT_FIGURES.sub("", text.replace("−", ""))))


@pytest.mark.parametrize("name", EVIDENCE.conditions)
def test_every_number_of_a_condition_is_one_of_its_studies(name: str) -> None:
    page = condition_page(EVIDENCE, name)
    pooled = frozenset({"pools", "citation", "doubt", "read_where", *ADDRESSES})
    cited = {study.id for study in page.studies} | {
        source.study for point in page.found for source in point.sources
    }
    for text in texts(asdict(page), without=pooled):
        assert numbers(text) <= known(EVIDENCE, cited), text
    for point in page.found:
        own = known(EVIDENCE, {source.study for source in point.sources})
        assert numbers(point.text) <= own, point.text


@pytest.mark.parametrize("name", EVIDENCE.claims)
def test_every_number_of_a_claim_is_one_of_the_studies_it_cites(name: str) -> None:
    page = claim_page(EVIDENCE, name)
    for point in (*page.support, *page.opposition):
        own = known(EVIDENCE, {source.study for source in point.sources})
        assert numbers(point.text) <= own, point.text
        assert point.sources
    cited = {
        source.study for point in (*page.support, *page.opposition) for source in point.sources
    }
    for text in texts(asdict(page), without=ADDRESSES):
        assert numbers(text) <= known(EVIDENCE, cited), text


@pytest.mark.parametrize("name", EVIDENCE.studies)
def test_every_figure_has_an_identifier_and_the_place_where_it_was_read(name: str) -> None:
    study = shown_study(EVIDENCE.study(name))
    assert IDENTIFIER.match(study.identifier), study.identifier
    assert study.read
    for figure in study.figures:
        assert IDENTIFIER.match(figure.identifier)
        assert figure.place in study.read
        assert re.search(r"\d", figure.text), figure
    assert numbers(study.sentence) <= numbers_of(EVIDENCE.study(name))


def test_the_pages_hold_identifiers_wherever_they_hold_sources() -> None:
    pages = [asdict(condition_page(EVIDENCE, one)) for one in EVIDENCE.conditions]
    pages += [asdict(claim_page(EVIDENCE, one)) for one in EVIDENCE.claims]
    sources = [one for page in pages for one in dicts(page) if "identifier" in one]
    assert len(sources) > 150
    for source in sources:
        if not source.get("pooled"):
            assert IDENTIFIER.match(str(source["identifier"])), source


def test_ratings_are_the_projects_judgement_with_a_reason() -> None:
    for name in EVIDENCE.conditions:
        rating = condition_page(EVIDENCE, name).rating
        assert rating.heading == "the project's judgement"
        assert len(rating.reason) > 5
        assert rating.certainty in {"high", "moderate", "low", "very low"}


def test_a_condition_without_a_controlled_trial_says_so() -> None:
    page = condition_page(EVIDENCE, "me-cfs")
    assert page.warning == "No controlled trial of this was found."
    assert page.rating.certainty == "very low"
    assert condition_page(EVIDENCE, "fibromyalgia").warning == ""
    assert condition_page(EVIDENCE, "safety").warning == ""


def test_nothing_is_overstated_and_the_prescriber_decides() -> None:
    for page in [
        *(condition_page(EVIDENCE, one) for one in EVIDENCE.conditions),
        *(claim_page(EVIDENCE, one) for one in EVIDENCE.claims),
    ]:
        assert "your prescriber decides" in page.closing
        for text in texts(asdict(page), without=frozenset({"citation"})):
            assert not re.search(r"\bresponders?\b|\bprove[sdn]?\b|\bGRADE\b", text), text


def test_derived_numbers_say_that_they_were_worked_out_here() -> None:
    (pool,) = condition_page(EVIDENCE, "fibromyalgia").pools
    assert pool.note == "Worked out by Lodose; not published."
    trials = [row for row in pool.rows if not row.pooled]
    assert [row.identifier for row in trials] == [
        "doi:10.1016/S2665-9913(23)00278-3",
        "NCT04739995",
    ]
    contrasts = [contrast_of(*EVIDENCE.figure(f"{one}#pain")) for one in pool.studies]
    assert pool.rows[2].estimate == pool_contrasts(contrasts, method="fixed").estimate
    assert pool.rows[2].text == "−0.04 (−0.53 to 0.45)"
    assert pool.rows[3].text == "0.03 (−0.78 to 0.84)"
    assert pool.scatter.startswith("I² 61 % (0 to 91)")


def test_numbers_are_written_as_printed_and_as_the_language_does() -> None:
    figures = {one.label: one.text for one in shown_study(EVIDENCE.study("vatvani-2024")).figures}
    assert figures["Pain: change against placebo"] == "−0.86 points (−1.20 to −0.51), p < 0.001"
    shown = shown_study(EVIDENCE.study("final-2024"))
    assert shown.figures[2].text == "22 of 49 (45 %) against 14 of 50 (28 %)"
    assert (shown.dose, shown.length, shown.people) == ("6 mg", "12 weeks", "99")
    assert shown_study(EVIDENCE.study("dose-finding-2020")).dose == "0.75 to 6 mg"
    assert shown_study(EVIDENCE.study("bolton-2019")).dose == "3 to 250 mg"
    with speaking("de"):
        assert "−0,34" in shown_study(EVIDENCE.study("final-2024")).figures[0].text
        assert shown_study(EVIDENCE.study("hauser-2011")).people == "3.846"


@pytest.mark.published
def test_the_chances_are_those_of_the_trial_and_of_placebo_elsewhere() -> None:
    found = chances(EVIDENCE, "fibromyalgia")
    assert (found.active.in_100, found.placebo.in_100) == (45, 28)
    assert (found.active.lower, found.active.upper) == (32, 59)
    assert (found.placebo.lower, found.placebo.upper) == (17, 42)
    assert (found.other_placebo.in_100, found.other_placebo.lower, found.other_placebo.upper) == (
        31,
        29,
        32,
    )
    assert found.difference_lower < 0 < found.difference < found.difference_upper
    assert found.certainty == "very low"
    assert (found.active.place, found.other_placebo.place) == ("press", "abstract")
    assert "does not say what will happen to you" in found.sentences[-1]
    for share in (found.active, found.placebo, found.other_placebo):
        assert IDENTIFIER.match(share.identifier)


def test_where_nobody_counted_no_chance_is_given() -> None:
    with pytest.raises(LodoseError, match=r"so no chance can be given. Mend: ask .* fibromyalgia"):
        chances(EVIDENCE, "crohn")


def test_wilsons_interval_agrees_with_statsmodels() -> None:
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    for events, people in ((22, 49), (14, 50), (0, 10), (10, 10)):
        assert wilson(events, people) == pytest.approx(
            proportion_confint(events, people, method="wilson"), abs=1e-9
        )
    found = chances(EVIDENCE, "fibromyalgia")
    low, high = confint_proportions_2indep(22, 49, 14, 50, method="newcomb")
    assert (found.difference_lower, found.difference_upper) == (round(100 * low), round(100 * high))


def share(in_100: int, lower: int, upper: int) -> Share:
    return Share(
        in_100, lower, upper, in_100 / 100, 50, "s", "S", "PMID 123456", "https://x", "abstract"
    )


@pytest.mark.parametrize(("count", "lower", "upper"), [(45, 32, 59), (0, 0, 7), (100, 93, 100)])
def test_the_icons_count_a_hundred_people(count: int, lower: int, upper: int) -> None:
    one = share(count, lower, upper)
    label = share_sentence(one, on_placebo=False)
    picture = icon_array(one, label=label)
    root = ElementTree.fromstring(picture)
    people = [each for each in root.iter(f"{SVG}circle") if each.get("r") == "7"]
    dots = [each for each in root.iter(f"{SVG}circle") if each.get("r") == "2"]
    assert len(people) == 100
    assert sum(each.get("fill") == "#0b4f8a" for each in people) == count
    assert len(dots) == upper - lower
    assert root.get("aria-label") == label
    assert label.startswith(f"{count} of 100 people improved on it")
    assert "style" not in picture


@pytest.mark.parametrize("make", [forest_chart, funnel_chart])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_pictures_fit_carry_no_style_and_say_in_words_what_they_show(make, width: int) -> None:
    (pool,) = condition_page(EVIDENCE, "fibromyalgia").pools
    picture = svg(make(pool, width=width), width)
    root = ElementTree.fromstring(picture)
    assert root.get("width") == str(width)
    assert not re.search(r"style=|<style|<script", picture)
    said = root.get("aria-label") or ""
    assert "Pain, 0 to 10" in said
    assert ("−0.34 (−0.95 to 0.27)" in said) == (make is forest_chart)
    sizes = [e.get("font-size", "0px") for e in root.iter(f"{SVG}text") if "".join(e.itertext())]
    assert all(float(size.removesuffix("px")) >= 12 for size in sizes)


def test_the_pictures_are_written_without_a_name_of_the_medicine(tmp_path: Path) -> None:
    written = write_pool_charts(condition_page(EVIDENCE, "fibromyalgia"), tmp_path / "new")
    written += write_chances(chances(EVIDENCE, "fibromyalgia"), tmp_path / "new")
    assert len(written) == 7
    assert all(path.is_file() for path in written)
    assert not any(re.search("ldn|naltrexone|pain", path.name) for path in written)


def test_the_pages_are_plain_data() -> None:
    for name in EVIDENCE.conditions:
        json.dumps(asdict(condition_page(EVIDENCE, name)), allow_nan=False)
