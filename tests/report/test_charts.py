"""The pictures: readable, distinct without colour, and silent about the arms when blinded."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import altair as alt
import pytest

from lodose.report import drawing
from lodose.report.charts import diary_chart, effect_chart, periods_chart
from lodose.report.drawing import WIDTHS, svg, write_charts
from lodose.report.sensitivity import sensitivity_chart
from lodose.verdict.result import Verdict

Maker = Callable[..., alt.LayerChart]
MAKERS = [diary_chart, periods_chart, effect_chart, sensitivity_chart]
SVG = "{http://www.w3.org/2000/svg}"


def drawn(make: Maker, verdict: Verdict, width: int = 720) -> str:
    return svg(make(verdict, width=width), width)


def texts(picture: str) -> list[str]:
    return ["".join(e.itertext()) for e in ElementTree.fromstring(picture).iter(f"{SVG}text")]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("width", WIDTHS)
def test_every_picture_has_the_width_asked_for_and_text_of_12_pixels(
    make: Maker, width: int, any_verdict: Verdict
) -> None:
    root = ElementTree.fromstring(drawn(make, any_verdict, width))
    assert root.get("width") == str(width)
    sizes = [e.get("font-size", "0px") for e in root.iter(f"{SVG}text") if "".join(e.itertext())]
    assert sizes
    assert all(float(size.removesuffix("px")) >= 12 for size in sizes)


@pytest.mark.parametrize("make", MAKERS)
def test_a_picture_holds_no_style_and_no_script(make: Maker, any_verdict: Verdict) -> None:
    picture = drawn(make, any_verdict)
    assert "style=" not in picture
    assert "<style" not in picture
    assert "<script" not in picture
    assert "href" not in picture


def test_ids_are_prefixed_so_that_pictures_can_share_a_page(pain: Verdict) -> None:
    page = [drawn(make, pain, width) for make in MAKERS for width in WIDTHS]
    ids = [name for picture in page for name in re.findall(r'\bid="([^"]+)"', picture)]
    assert ids, "the pictures clip, so they have ids"
    assert len(ids) == len(set(ids))
    for picture in page:
        own = set(re.findall(r'\bid="([^"]+)"', picture))
        assert set(re.findall(r"url\(#([^)]+)\)", picture)) <= own


@pytest.mark.parametrize("make", MAKERS)
def test_the_whole_picture_is_described_in_words(make: Maker, any_verdict: Verdict) -> None:
    root = ElementTree.fromstring(drawn(make, any_verdict))
    assert root.get("role") == "img"
    assert len(root.get("aria-label", "")) > 20


def test_arms_differ_in_shape_and_fill_and_not_only_in_colour(pain: Verdict) -> None:
    encodings = [
        layer["encoding"]
        for layer in diary_chart(pain).to_dict()["layer"]
        if "shape" in layer["encoding"]
    ]
    assert len(encodings) == 1
    for channel in ("shape", "fill", "stroke"):
        first, second = encodings[0][channel]["scale"]["range"]
        assert first != second
    assert encodings[0]["shape"]["field"] == encodings[0]["fill"]["field"]


ARM_WORDS = ("active", "comparator", "placebo", "naltrexone", "4.5 mg", '"arm"', "shaded")


def test_a_blinded_picture_holds_no_trace_of_the_arms(pain: Verdict) -> None:
    chart = diary_chart(pain, blinded=True)
    for text in (svg(chart, 720), json.dumps(chart.to_dict())):
        assert not [word for word in ARM_WORDS if word in text.lower()]
    open_text = svg(diary_chart(pain), 720).lower()
    assert "placebo" in open_text, "the test can fail: the open picture does name the arms"


def test_a_blinded_picture_is_the_same_when_the_arms_are_swapped(pain: Verdict) -> None:
    swap = {"active": "comparator", "comparator": "active"}
    periods = tuple(replace(p, arm=swap[p.arm]) for p in pain.primary.periods)
    swapped = replace(pain, primary=replace(pain.primary, periods=periods))
    assert svg(diary_chart(pain), 720) != svg(diary_chart(swapped), 720)
    blinded = [svg(diary_chart(v, blinded=True), 720) for v in (pain, swapped)]
    assert blinded[0] == blinded[1]


def test_the_diary_shows_the_whole_scale_and_nothing_beside_it(pain: Verdict) -> None:
    narrow = pain.primary.outcome.model_copy(update={"minimum": 3, "maximum": 9})
    moved = replace(pain, primary=replace(pain.primary, outcome=narrow))
    said = texts(svg(diary_chart(moved), 720))
    assert "3" in said
    assert "9" in said
    assert "0" not in said
    assert not [text for text in said if "e+" in text]


def test_every_recorded_day_within_a_period_is_a_mark(pain: Verdict) -> None:
    recorded = sum(value is not None for value in pain.primary.curve.observed)
    root = ElementTree.fromstring(drawn(diary_chart, pain))
    marks = [
        len(group)
        for group in root.iter(f"{SVG}g")
        if "mark-symbol" in group.get("class", "") and "role-mark" in group.get("class", "")
    ]
    assert marks == [recorded]


def test_effects_are_turned_so_that_right_is_better(pain: Verdict) -> None:
    assert pain.primary.effect is not None
    assert pain.primary.effect.mean < 0  # less pain
    assert "Primary analysis: 1.9 (0.8 to 3.0)" in texts(drawn(effect_chart, pain))


@pytest.mark.parametrize("make", [diary_chart, effect_chart, sensitivity_chart])
def test_a_picture_of_nothing_says_so(make: Maker, verdicts: dict[str, Verdict]) -> None:
    said = " ".join(texts(drawn(make, verdicts["not-estimable"])))
    spoken = ("No day was recorded", "could not be estimated", "Nothing could be read")
    assert any(text in said for text in spoken)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_reading_that_was_made_is_an_interval_with_its_word(
    pain: Verdict, width: int
) -> None:
    said = texts(drawn(sensitivity_chart, pain, width))
    times = 1 if width >= 600 else 2  # over an interval each text has its pale outline
    made = [row for row in pain.primary.sensitivity if row.word is not None]
    words = [str(row.word) for row in made]
    assert [text for text in said if text in set(words)] == words * times
    names = [row.label[0].upper() + row.label[1:] for row in made]
    assert [text for text in said if text in names] == names * times
    assert "First 14 days dropped" not in said


def rows_of(specification: dict[str, Any], layer: dict[str, Any]) -> list[dict[str, Any]]:
    """The data of a layer, which Altair may keep beside the layers."""
    data = layer.get("data") or specification["data"]
    rows: list[dict[str, Any]] = data.get("values") or specification["datasets"][data["name"]]
    return rows


def test_a_changed_answer_differs_in_shape_and_not_only_in_colour(pain: Verdict) -> None:
    specification = sensitivity_chart(pain).to_dict()
    points = [layer for layer in specification["layer"] if "shape" in layer["encoding"]]
    assert len(points) == 1
    shape = points[0]["encoding"]["shape"]["scale"]
    assert dict(zip(shape["domain"], shape["range"], strict=True))["changed"] == "diamond"
    kinds = [row["kind"] for row in rows_of(specification, points[0])]
    assert kinds == ["primary", "same", "same", "changed"]


def test_intervals_stay_clear_of_names_and_words(pain: Verdict) -> None:
    """The axis has room at both ends that no interval reaches into."""
    specification = sensitivity_chart(pain, width=720).to_dict()
    layers = specification["layer"]
    encodings = [layer["encoding"] for layer in layers]
    low, high = next(e["x"]["scale"]["domain"] for e in encodings if "scale" in e.get("x", {}))
    rows = rows_of(specification, next(e for e in layers if "shape" in e["encoding"]))
    pixels = 696 / (high - low)
    name = max(len(row["name"]) for row in rows) * 6.3
    word = max(len(row["word"]) for row in rows) * 6.3
    assert (min(row["lower"] for row in rows) - low) * pixels > name
    assert (high - max(row["upper"] for row in rows)) * pixels > word


def test_a_picture_does_not_depend_on_the_time_zone(
    pain: Verdict, monkeypatch: pytest.MonkeyPatch
) -> None:
    specification = json.dumps(diary_chart(pain).to_dict())
    assert '"utc"' in specification
    days = re.findall(r'"day": "([^"]+)"', specification)
    assert days
    assert all(day.endswith("Z") for day in days)


def test_a_picture_is_drawn_once(pain: Verdict, monkeypatch: pytest.MonkeyPatch) -> None:
    first = drawn(effect_chart, pain)

    def refuse(*_: object) -> str:
        raise AssertionError("drawn a second time")

    monkeypatch.setattr(drawing.vl_convert, "vegalite_to_svg", refuse)
    assert drawn(effect_chart, pain) == first


def test_files_are_written_narrow_and_wide_under_neutral_names(
    pain: Verdict, tmp_path: Path
) -> None:
    written = write_charts(pain, tmp_path / "charts")
    assert sorted(path.name for path in written) == sorted(
        f"{name}-{width}.svg"
        for name in ("diary", "periods", "effect", "sensitivity")
        for width in WIDTHS
    )
    for path in written:
        ElementTree.parse(path)


def test_charts_are_altair_objects_that_altair_accepts(any_verdict: Verdict) -> None:
    for make in MAKERS:
        chart = make(any_verdict)
        assert isinstance(chart, alt.LayerChart)
        chart.to_dict(validate=True)
