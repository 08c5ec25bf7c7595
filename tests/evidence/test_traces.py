"""Each number of each sentence rests on one field of one study, and neither changes alone."""

import re
import shutil
from pathlib import Path

import pytest

import lodose.evidence
from lodose.errors import InputError
from lodose.evidence import read_evidence, read_folder
from lodose.evidence.catalogue import trace_folder
from lodose.evidence.checks import numbers_in, texts_of
from lodose.evidence.pages import claim_page, condition_page
from lodose.evidence.traces import fields_of

SOURCE = Path(lodose.evidence.__file__).parent
FINAL = "studies/fibromyalgia.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for path in [*SOURCE.glob("*.toml"), *SOURCE.glob("studies/*.toml")]:
        target = tmp_path / path.relative_to(SOURCE)
        target.parent.mkdir(exist_ok=True)
        shutil.copy(path, target)
    return tmp_path


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_every_number_of_every_text_has_one_origin_that_says_it() -> None:
    evidence = read_evidence()
    asked = list(texts_of(evidence))
    counted = 0
    for text in asked:
        lines = evidence.traces.get(text.key, ())
        assert [line.number for line in lines] == numbers_in(text.text), text
        for line in lines:
            assert line.study in text.studies
            assert line in [known for known, _ in fields_of(evidence.study(line.study))]
        counted += len(lines)
    assert counted > 200


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        # Another number of the same study: a set of numbers would not notice.
        ("claims.toml", "12 months 33 of 48", "12 months 36 of 48", "value '36'"),
        ("conditions.toml", "with 99 and 98 women", "with 98 and 99 women", "value '98'"),
        ("claims.toml", "99 women: 0.34 points", "99 women: 0.27 points", "value '0.27'"),
        # A number that is gone, and one too many.
        ("claims.toml", "FINAL, 99 women: ", "FINAL: ", "claim pain, opposition 1"),
        ("claims.toml", "FINAL, 99 women: ", "FINAL, 99 women, 12 weeks: ", "value '12'"),
        # The figure changes and the sentences do not.
        (FINAL, "value = -0.34, lower = -0.95", "value = -0.35, lower = -0.95", "0.34"),
        (FINAL, "participants = 99", "participants = 98", "99"),
        (FINAL, "dose_micrograms = [6000, 6000]", "dose_micrograms = [5000, 5000]", "value '6'"),
    ],
)
def test_a_changed_number_is_refused(
    folder: Path, file: str, old: str, new: str, said: str
) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(InputError) as refused:
        read_folder(folder)
    assert said in str(refused.value)
    assert "Mend: " in str(refused.value)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (r'"99: final-2024.participants"', '"99: innova-2026.participants"', "does not cite"),
        (r'"99: final-2024.participants"', '"99: final-2024.weeks"', "as final-2024.weeks"),
        (r'"99: final-2024.participants"', '"ninety-nine"', "is no line of traces.toml"),
        (r'\["study final-2024"\]', '["study nobody"]', "is not the number whose origin"),
        (r"\A", '["study nobody"]\nsentence = ["1: nobody.weeks"]\n', "belongs to no text"),
    ],
)
def test_a_wrong_line_is_refused(folder: Path, old: str, new: str, said: str) -> None:
    path = folder / "traces.toml"
    text = path.read_text("utf-8")
    assert re.search(old, text)
    path.write_text(re.sub(old, new, text, count=1), "utf-8")
    with pytest.raises(InputError, match=re.escape(said)):
        read_folder(folder)


def test_a_number_read_in_the_press_alone_carries_no_certainty(folder: Path) -> None:
    """84 % of FINAL stands in the press alone, and fibromyalgia is rated above very low."""
    spoil(
        folder,
        "conditions.toml",
        "The two are of one centre each",
        "84 % had a side effect. The two are of one centre each",
    )
    trace_folder(folder)
    with pytest.raises(InputError, match="press or second-hand"):
        read_folder(folder)


def test_no_number_stands_where_no_source_can(folder: Path) -> None:
    spoil(folder, "claims.toml", 'verdict = "In fibromyalgia', 'verdict = "In 99 women')
    trace_folder(folder)
    with pytest.raises(InputError, match="has no place for its source here"):
        read_folder(folder)


def test_lines_are_kept_where_they_fit_and_proposed_where_not(folder: Path) -> None:
    kept = (folder / "traces.toml").read_text("utf-8")
    trace_folder(folder)
    assert (folder / "traces.toml").read_text("utf-8") == kept
    # Another field with the same number, chosen by somebody, stays.
    chosen = kept.replace(
        '"40: smith-2011#activity.comparator.percent"', '"40: smith-2011.participants"', 1
    )
    assert chosen != kept
    (folder / "traces.toml").write_text(chosen, "utf-8")
    trace_folder(folder)
    assert (folder / "traces.toml").read_text("utf-8") == chosen
    (folder / "traces.toml").unlink()
    with pytest.raises(InputError, match="is not there"):
        read_folder(folder)
    trace_folder(folder)
    assert read_folder(folder).traces == read_evidence().traces


def test_a_new_number_without_a_figure_is_refused(folder: Path) -> None:
    spoil(folder, FINAL, "In 99 women with fibromyalgia", "In 777 women with fibromyalgia")
    with pytest.raises(InputError, match="stands in no figure"):
        trace_folder(folder)


def test_a_sentence_says_where_its_own_numbers_were_read() -> None:
    evidence = read_evidence()
    pain = claim_page(evidence, "pain").opposition[0]
    assert [one.number for one in pain.numbers] == ["99", "0.34", "0.95", "0.27"]
    assert pain.numbers[1].reference == "final-2024#pain.value"
    assert {one.place for one in pain.numbers} == {"abstract"}
    # FINAL was read in the press as well; no number of this sentence comes from there.
    assert [one.read for one in pain.sources] == ["abstract"]
    arthritis = condition_page(evidence, "arthritis").rating
    assert [one.study for one in arthritis.sources] == ["arthritis-va-2021"]
