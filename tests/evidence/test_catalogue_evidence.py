"""The records that come with Lodose, and what the loader refuses, by study, field and mend."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import lodose.evidence
from lodose.errors import InputError, LodoseError
from lodose.evidence import read_evidence, read_folder
from lodose.evidence.checks import numbers_in
from lodose.evidence.contrasts import check_poolable, contrast_of, pool_contrasts, without_each
from lodose.evidence.schema import WEAK_PLACES, Certainty, Design

SOURCE = Path(lodose.evidence.__file__).parent
FM = "studies/fibromyalgia.toml"
SAFETY = "studies/safety-and-theory.toml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(SOURCE / "studies", tmp_path / "studies")
    for name in ("claims.toml", "conditions.toml", "traces.toml"):
        shutil.copy(SOURCE / name, tmp_path / name)
    return tmp_path


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text("utf-8")
    assert old in text, f"{file} no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def test_what_comes_with_lodose_is_whole() -> None:
    evidence = read_evidence()
    assert list(evidence.claims) == [
        "side-effects",
        "inflammation",
        "pain",
        "autoimmune",
        "dependence",
        "doctor",
    ]
    assert len(evidence.studies) >= 55
    assert read_evidence() is evidence
    for study in evidence.studies.values():
        assert study.citation.identifier
        assert study.solid, f"{study.id} was read in the press or second-hand alone"


def test_the_unspoiled_copy_is_read(folder: Path) -> None:
    assert read_folder(folder) == read_evidence()


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        (
            FM,
            ', doi = "10.1016/S2665-9913(23)00278-3", pmid = "38258677", '
            'registry = ["NCT04270877"]',
            "",
            ["'final-2024', citation", "no DOI, PMID or registry number", "left out"],
        ),
        (
            FM,
            'verified = "Design, numbers randomised, the main result with its interval and the '
            'change in each group."\n',
            "",
            ["study 'final-2024', verified", "is missing", "docs/evidence.md"],
        ),
        (
            FM,
            'pmid = "38258677"',
            'pmid = "unknown"',
            ["'final-2024', citation, pmid", "'unknown'"],
        ),
        (
            FM,
            'better = "lower", place = "abstract" }',
            'better = "lower" }',
            ["'final-2024', figures, pain, place", "is missing"],
        ),
        (
            FM,
            'better = "lower", place = "abstract" }',
            'better = "lower", place = "memory" }',
            ["'final-2024', figures, pain, place", "'memory'", "'abstract'"],
        ),
        (
            FM,
            'better = "lower", place = "abstract" }',
            'better = "lower", place = "full text" }',
            ["study 'final-2024'", "figure 'pain' was read in the full text"],
        ),
        (
            FM,
            'value = -0.34, lower = -0.95, upper = 0.27, p = "0.27"',
            "value = -0.34",
            ["'final-2024', figures, pain", "has no uncertainty", "give lower and upper"],
        ),
        (
            FM,
            "value = -0.34, lower = -0.95",
            "value = -1.34, lower = -0.95",
            ["'final-2024', figures, pain", "outside its own interval"],
        ),
        (
            FM,
            "lower = -0.95, upper = 0.27",
            "lower = -0.95",
            ["'final-2024', figures, pain", "one end of an interval"],
        ),
        (
            FM,
            "percent = 45, events = 22",
            "percent = 45, events = 52",
            ["'final-2024', figures, pain-30, active", "more events than people"],
        ),
        (
            FM,
            "In 99 women with fibromyalgia, pain fell by 1.3",
            "In 99 women with fibromyalgia, pain fell by 1.6",
            ["study 'final-2024', sentence", "'1.6'", "stands in no figure of final-2024"],
        ),
        (
            FM,
            'conditions = ["fibromyalgia"]',
            'conditions = ["fibromialgia"]',
            ["study 'final-2024', conditions", "'fibromialgia'"],
        ),
        (FM, 'id = "innova-2026"', 'id = "final-2024"', ["'final-2024' is there twice"]),
        (FM, "comparator =", "versus =", ["'final-2024', versus", "is not known"]),
        (FM, "weeks = 12", "weeks = twelve", ["fibromyalgia.toml", "not valid TOML"]),
        (FM, 'part_of = "final-2024"', 'part_of = "final"', ["part_of", "'final' is no study"]),
        (
            SAFETY,
            'set_id = "adb7c4dc',
            'set_id = "adb7',
            ["'label', citation, set_id"],
        ),
        (
            "claims.toml",
            'studies = ["final-2024"]',
            'studies = ["final-2042"]',
            ["claim 'pain', point 3", "'final-2042' is no study", "correct the id"],
        ),
        (
            "claims.toml",
            "FINAL, 99 women: 0.34 points",
            "FINAL, 99 women, 45 % against 28 %: 0.34 points",
            ["claim 'pain', point 3", "'45'", "only in the press or second-hand"],
        ),
        (
            "claims.toml",
            "FINAL, 99 women: 0.34 points",
            "FINAL, 98 women: 0.34 points",
            ["claim 'pain', point 3", "'98' stands in no figure of final-2024"],
        ),
        (
            "conditions.toml",
            'about = "any effect", certainty = "very low"',
            'about = "any effect", certainty = "low"',
            ["condition 'rheumatoid-arthritis'", "without a controlled trial", '"very low"'],
        ),
        (
            "conditions.toml",
            'placebo = "hauser-2011#pain-30", certainty = "very low"',
            'placebo = "hauser-2011#pain-30", certainty = "low"',
            ["condition 'fibromyalgia', chances", "press or second-hand"],
        ),
        (
            "conditions.toml",
            'shares = "final-2024#pain-30"',
            'shares = "final-2024#pain-40"',
            ["no figure 'pain-40'", "choose one of: pain, pain-groups, pain-30"],
        ),
        (
            "conditions.toml",
            "[[condition]]",
            "extra = 1\n[[condition]]",
            ["'extra'", "[[condition]]"],
        ),
    ],
)
def test_what_is_not_whole_or_not_verified_is_refused(
    folder: Path, file: str, old: str, new: str, said: list[str]
) -> None:
    spoil(folder, file, old, new)
    with pytest.raises(LodoseError) as refused:
        read_folder(folder)
    message = str(refused.value)
    assert "Mend: " in message
    for part in said:
        assert part in message, message


def test_a_claim_cannot_rest_on_the_press_alone(folder: Path) -> None:
    spoil(
        folder,
        SAFETY,
        'read = { abstract = "the publisher\'s abstract and a hospital archive" }\n'
        'read_again = ["abstract"]',
        'read = { press = "a newspaper" }',
    )
    wang = '\n]\n\n[[study]]\nid = "wang'
    spoil(folder, SAFETY, f'place = "abstract" }},{wang}', f'place = "press" }},{wang}')
    spoil(
        folder,
        "claims.toml",
        'studies = ["oxycodone-case-2017", "label"]',
        'studies = ["oxycodone-case-2017"]',
    )
    with pytest.raises(InputError, match="rests on the press or on second-hand sources alone"):
        read_folder(folder)


def test_an_empty_or_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="studies: holds no study"):
        read_folder(tmp_path)


def test_press_and_second_hand_carry_no_certainty_above_very_low() -> None:
    evidence = read_evidence()
    for condition in evidence.conditions.values():
        if condition.chances is not None:
            figures = [
                evidence.figure(one)[1]
                for one in (condition.chances.shares, condition.chances.placebo)
            ]
            if any(figure.place in WEAK_PLACES for figure in figures):
                assert condition.chances.certainty is Certainty.VERY_LOW


def test_nothing_that_was_never_verified_has_come_in() -> None:
    """Names and figures that the facts mark as recalled, unread or without identifier."""
    text = "".join(path.read_text("utf-8") for path in SOURCE.rglob("*.toml"))
    for never in (
        "Beaudette",
        "Sharafaddinzadeh",
        "20534644",
        "1.48",  # recalled ratios of the Cochrane review
        "2.22",
        "2.89",
        "sureserver",
        "wilddata",
    ):
        assert never not in text, never


def test_the_same_people_another_comparator_and_a_pooling_are_refused() -> None:
    evidence = read_evidence()

    def contrast(reference: str):
        return contrast_of(*evidence.figure(reference))

    final, innova = contrast("final-2024#pain"), contrast("innova-2026#pain")
    assert pool_contrasts([final, innova]).k == 2
    with pytest.raises(LodoseError, match="final-2024 and final-2024 report the same people"):
        check_poolable([final, innova, final])
    with pytest.raises(LodoseError, match=r"differ in their (comparator|unit)"):
        check_poolable([final, contrast("srinivasan-2021#pain")])
    with pytest.raises(LodoseError, match="differ in their unit"):
        check_poolable([final, contrast("final-2025-tests#modulation")])
    with pytest.raises(LodoseError, match="already pools other studies"):
        check_poolable([contrast("ologunowa-2025#pain"), contrast("five-trials-2025#pain")])
    with pytest.raises(LodoseError, match="differ in their sort of effect"):
        check_poolable([contrast("five-trials-2025#headache"), contrast("hegde-2025#side-effects")])
    with pytest.raises(LodoseError, match="nothing to pool"):
        check_poolable([final])
    with pytest.raises(LodoseError, match="no effect with a standard error follows"):
        contrast("smith-2011#activity")
    risks = [contrast("innova-2026#any-side-effect"), contrast("final-2024#any-side-effect")]
    assert pool_contrasts(risks).k == 2
    third = replace(risks[0], study="another", people="another")
    assert list(without_each([*risks, third])) == ["innova-2026", "final-2024", "another"]


def test_a_part_of_a_trial_counts_as_its_people() -> None:
    evidence = read_evidence()
    final = contrast_of(*evidence.figure("final-2024#pain"))
    part = contrast_of(*evidence.figure("final-2025-tests#modulation"))
    with pytest.raises(LodoseError, match="final-2024 and final-2025-tests report the same people"):
        check_poolable([final, replace(part, unit=final.unit, better=final.better)])


def test_conditions_know_whether_they_have_a_controlled_trial() -> None:
    evidence = read_evidence()
    assert evidence.controlled_studies_of("fibromyalgia")
    for name in ("me-cfs", "sjogren", "thyroid", "crps", "rheumatoid-arthritis", "long-covid"):
        assert evidence.controlled_studies_of(name) == []
    assert all(
        study.design is not Design.UNDER_WAY
        for name in evidence.conditions
        for study in evidence.controlled_studies_of(name)
    )


def test_unknown_names_are_answered_with_near_ones() -> None:
    evidence = read_evidence()
    with pytest.raises(
        LodoseError, match=r"There is no condition 'Fibromyalgy'. Mend: .*fibromyal"
    ):
        evidence.condition("Fibromyalgy")
    with pytest.raises(LodoseError, match="There is no study 'final'"):
        evidence.study("final")


def test_numbers_are_found_in_text_as_they_compare() -> None:
    assert numbers_in("30.0 % of 3,846, −1.20 to 0.50; COVID-19 and SF-36, 5") == [
        "30",
        "3846",
        "1.2",
        "0.5",
        "19",
        "36",
        "5",
    ]
