"""What a protocol holds once it is valid, and what it refuses."""

import datetime as dt
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from lodose.errors import InputError, LodoseError
from lodose.trial import Protocol, read_protocol
from lodose.trial.reading import field_path

TOML = """
title = "Example"
design = "randomised-blinded"
primary_outcome = "pain"

[treatment]
name = "LDN"
active = "4.5 mg naltrexone"
comparator = "placebo"

[[outcomes]]
name = "pain"
instrument = "pain-nrs"

[[periods]]
start = 2026-01-01
end = 2026-01-14
arm = "active"
dose_micrograms = 4500
pair = 1

[[periods]]
start = 2026-01-15
end = 2026-01-28
arm = "comparator"
dose_micrograms = 0
pair = 1

[randomisation]
method = "within-pairs"
"""


def _read(folder: Path, text: str | bytes) -> Protocol:
    path = folder / "protocol.toml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return read_protocol(path)


def test_defaults_are_filled_in(tmp_path: Path) -> None:
    protocol = _read(tmp_path, TOML)
    pain = protocol.primary
    assert (pain.minimum, pain.maximum, pain.step, pain.better) == (0, 10, 1, "lower")
    assert (pain.mcid, pain.mcid_default) == (1, 1)
    assert "15207508" in pain.mcid_default_source
    assert pain.label == "Pain, 0 to 10"
    assert protocol.question == "Does LDN help?"
    assert (protocol.schema_version, protocol.time_zone, protocol.synthetic) == (1, "UTC", False)
    assert (protocol.transition_days, protocol.long_gap_days) == (0, 7)
    priors = protocol.priors
    assert (priors.onset_at_once, priors.onset_median_days) == (Decimal("0.3"), 5)
    assert (priors.onset_log_sd, priors.autocorrelation) == (1, (2, 2))
    assert protocol.cuts.mcid_probability == Decimal("0.8")
    assert protocol.periods[0].days == 14
    assert protocol.sequence == "AB"


def test_the_persons_own_mcid_stands_beside_the_default(plain: dict[str, Any]) -> None:
    plain["outcomes"][0]["mcid"] = 2
    plain["outcomes"].append(
        {"name": "mood", "minimum": 1, "maximum": 5, "better": "higher"},
    )
    protocol = Protocol.model_validate(plain)
    assert (protocol.primary.mcid, protocol.primary.mcid_default) == (2, 1)
    mood = protocol.outcome("mood")
    assert (mood.mcid, mood.mcid_default) == (Decimal("0.4"), Decimal("0.4"))
    assert mood.mcid_default_source == "a tenth of the range"
    assert mood.label == "mood"


def test_days_find_their_period(plain: dict[str, Any]) -> None:
    protocol = Protocol.model_validate(plain)
    days = ["2025-12-31", "2026-01-01", "2026-01-14", "2026-01-15", "2026-01-30", "2026-02-28"]
    found = [protocol.period_index(dt.date.fromisoformat(day)) for day in [*days, "2026-03-01"]]
    assert found == [None, 0, 0, 1, None, 3, None]
    assert (protocol.first_day, protocol.last_day) == (dt.date(2026, 1, 1), dt.date(2026, 2, 28))


def test_an_unknown_outcome_is_named(plain: dict[str, Any]) -> None:
    with pytest.raises(LodoseError, match=r"no outcome 'sleep'.*pain"):
        Protocol.model_validate(plain).outcome("sleep")


def test_a_protocol_cannot_be_changed(plain: dict[str, Any]) -> None:
    protocol = Protocol.model_validate(plain)
    with pytest.raises(ValidationError):
        protocol.title = "Other"  # type: ignore[misc]


def _put(table: dict[str, Any], path: str, value: Any) -> None:
    *steps, last = path.split(".")
    place: Any = table
    for step in steps:
        place = place[int(step)] if step.isdigit() else place.setdefault(step, {})
    if value is KeyError:
        del place[last]
    elif last.isdigit():
        place[int(last)] = value
    else:
        place[last] = value


OWN = {"name": "pain", "minimum": 0, "maximum": 10, "better": "lower"}
SIX_PERIODS = [
    {"start": f"2026-01-{day:02d}", "end": f"2026-01-{day:02d}", "arm": arm, "pair": pair}
    for day, arm, pair in zip(
        range(1, 7), ["active", "comparator"] * 3, [1, 1, 2, 2, 1, 1], strict=True
    )
]
OPEN = {"design": "open-on-off", "randomisation": {"method": "none"}}

# what is put where | part of the message
REFUSED = [
    ({"title": KeyError}, "field required"),
    ({"title": " "}, "at least 1 character"),
    ({"titel": "x"}, "not permitted"),
    ({"schema_version": 2}, "should be 1"),
    ({"design": "crossover"}, "randomised-blinded"),
    ({"synthetic": "yes"}, "boolean"),
    ({"time_zone": "Europe/Berlinn"}, "not a time zone"),
    ({"time_zone": "Europe"}, "not a time zone"),
    ({"time_zone": "../etc"}, "not a time zone"),
    ({"time_zone": "/UTC"}, "not a time zone"),
    ({"transition_days": -1}, "greater than or equal to 0"),
    ({"transition_days": "3"}, "not a whole number"),
    ({"long_gap_days": 0}, "greater than or equal to 1"),
    ({"primary_outcome": "sleep"}, "not among its outcomes"),
    ({"outcomes": []}, "at least 1"),
    ({"outcomes": [OWN, {**OWN, "name": "Pain"}]}, "twice"),
    ({"outcomes.0.name": "note"}, "another meaning"),
    ({"outcomes.0.instrument": "pain-nsr"}, "unknown instrument"),
    ({"outcomes.0.maximum": 100}, "has maximum = 100, but the instrument"),
    ({"outcomes.0.better": "higher"}, "has better = higher, but the instrument"),
    ({"outcomes.0": {"name": "pain", "minimum": 0, "maximum": 10}}, "field required"),
    ({"outcomes.0": {**OWN, "minimum": 10}}, "not below maximum"),
    ({"outcomes.0": {**OWN, "mcid": 0}}, "greater than 0"),
    ({"outcomes.0": {**OWN, "mcid": 10}}, "as large as the whole range"),
    ({"outcomes.0": {**OWN, "mcid_default": 11}}, "larger than the whole range"),
    ({"outcomes.0": {**OWN, "step": 11}}, "larger than the whole range"),
    ({"outcomes.0": {**OWN, "minimum": float("-inf")}}, "not a finite number"),
    ({"outcomes.0": {**OWN, "minimum": True}}, "not a number"),
    ({"outcomes.0": {**OWN, "minimum": "low"}}, "not a number"),
    ({"outcomes.0": {**OWN, "mcid": Decimal("1.000000000000000001")}}, "15 digits"),
    ({"outcomes.0": {**OWN, "maximum": Decimal("1e40")}}, "beyond any rating"),
    ({"periods.0.start": 20260101}, "not a date"),
    ({"periods.0.start": "1.1.2026"}, "not a date"),
    ({"periods.0.start": "2026-02-30"}, "calendar"),
    ({"periods.0.start": "0026-01-01"}, "1970"),
    ({"periods.0.start": dt.datetime(2026, 1, 1, 8)}, "time of day"),  # noqa: DTZ001
    ({"periods.0.end": "2025-12-31"}, "before it starts"),
    ({"periods.0.end": "2026-01-15"}, "overlap or are out of order: number 1"),
    ({"periods.2.start": "2026-01-20"}, "overlap or are out of order: number 2"),
    ({"periods.0.arm": "placebo"}, "'active' or 'comparator'"),
    ({"periods.0.arm": "comparator"}, "pair 1"),
    ({"periods.0.pair": 3}, "pair 3"),
    ({"periods.1.pair": 2, "periods.2.pair": 1}, "pair 1"),
    ({"periods": SIX_PERIODS}, "of pair 1 are not next to each other"),
    ({"periods.0.pair": KeyError, "periods.1.pair": KeyError}, "without a pair"),
    ({"periods.0.dose_micrograms": Decimal("4.5")}, "whole number of micrograms"),
    ({"periods.0.dose_micrograms": -1}, "negative dose"),
    ({"periods.0.dose_micrograms": 60_000}, "50 mg"),
    ({"periods.0.dose_micrograms": "4500"}, "whole number of micrograms"),
    ({"periods.0.dose_micrograms": 0}, "period 1, an active one"),
    ({"periods.1.dose_micrograms": 4500}, "comparator_has_dose"),
    ({"randomisation.method": "none"}, "needs [randomisation]"),
    ({"design": "open-on-off"}, "needs [randomisation]"),
    ({"randomisation.max_run": 2}, "only with it"),
    ({"randomisation": {"method": "max-run"}}, "give max_run"),
    ({"randomisation": {"method": "max-run", "max_run": 1}}, "2 periods of one arm"),
    ({"randomisation": {"method": "listed"}}, "give sequences"),
    ({"randomisation": {"method": "listed", "sequences": ["ABAB"]}}, "sequence ABBA"),
    ({"randomisation": {"method": "listed", "sequences": ["ABBA", "ABBA"]}}, "twice"),
    ({"randomisation": {"method": "listed", "sequences": ["ABXA"]}}, "pattern"),
    ({**OPEN, "design": "before-after"}, "returns to the comparator"),
    ({"priors.autocorrelation": [0, 2]}, "greater than 0"),
    ({"priors.autocorrelation": [2]}, "field required"),
    ({"priors.onset_at_once": Decimal("1.1")}, "less than or equal to 1"),
    ({"priors.effect_sd": 0}, "greater than 0"),
    ({"priors.effect_sd": Decimal("0.19")}, "is below 0.2: the diary could hardly change"),
    ({"priors.effect_mean": Decimal("-1.6")}, "effect_mean -1.6 further from 0 than effect_sd"),
    ({"priors.day_noise_sd": 0}, "0 would mean that days never differ by chance"),
    ({"priors.day_noise_sd": Decimal("0.04")}, "is outside 0.05 to 20"),
    ({"priors.day_noise_sd": 21}, "is outside 0.05 to 20"),
    ({"priors.day_drift_sd": Decimal("0.04")}, "or 0: no slow, correlated part."),
    ({"priors.day_drift_sd": 21}, "or 0: no slow, correlated part."),
    ({"priors.period_sd": Decimal("0.04")}, "or 0: no differences between periods."),
    ({"priors.period_sd": 21}, "or 0: no differences between periods."),
    ({"priors.trend_sd": Decimal("0.04")}, "or 0: no trend."),
    ({"priors.trend_sd": 21}, "or 0: no trend."),
    ({"priors.onset_log_sd": Decimal("0.1")}, "is outside 0.2 to 2"),
    ({"priors.onset_log_sd": Decimal("2.1")}, "is outside 0.2 to 2"),
    ({"priors.onset_log_sd": 0}, "0 would mean that the onset is known beforehand"),
    ({"priors.onset_median_days": Decimal("0.1")}, "is outside 0.2 to 120"),
    ({"priors.onset_median_days": 121}, "is outside 0.2 to 120"),
    ({"priors.onset_median_days": 0}, "0 would mean at once, which is onset_at_once = 1"),
    ({"priors.level_sd": Decimal("0.4")}, "is outside 0.5 to 100"),
    ({"priors.level_sd": 101}, "is outside 0.5 to 100"),
    ({"priors.period_sd": -1}, "greater than or equal to 0"),
    ({"cuts.mcid_probability": 1}, "less than 1"),
    (
        {"cuts.mcid_probability": Decimal("0.6"), "cuts.probable_mcid_probability": Decimal("0.7")},
        "out of order",
    ),
    ({"cuts.mcid_probability": Decimal("0.49")}, "write 0.5 or more"),
    ({"cuts.benefit_probability": Decimal("0.79")}, "write 0.8 or more"),
    ({"cuts.equivalence_probability": Decimal("0.69")}, "write 0.7 or more"),
    ({"cuts.unlikely_probability": Decimal("0.31")}, "write 0.3 or less"),
    ({"cuts.probable_mcid_probability": Decimal("0.29")}, "write 0.3 or more"),
    ({"cuts.mcid_probability": Decimal("0.96")}, "out of order"),
    (
        {
            "cuts.unlikely_probability": Decimal("0.3"),
            "cuts.probable_mcid_probability": Decimal("0.3"),
        },
        "out of order",
    ),
    (
        {
            "cuts.probable_mcid_probability": Decimal("0.3"),
            "cuts.equivalence_probability": Decimal("0.7"),
        },
        "'no meaningful difference' be true at once",
    ),
    ({"medicines": [{"name": "x"}]}, "field required"),
    ({"blinding": {"guesses": [{"period": 5, "guess": "active"}]}}, "period 5 of 4"),
    ({"blinding": {"guesses": [{"period": 0, "guess": "active"}]}}, "greater than or equal to 1"),
    ({"blinding": {"guesses": [{"period": 1, "guess": "unsure"}] * 2}}, "two guesses"),
]


@pytest.mark.spec
@pytest.mark.parametrize(("changes", "message"), REFUSED)
def test_a_protocol_that_cannot_be_meant_is_refused(
    plain: dict[str, Any], changes: dict[str, Any], message: str
) -> None:
    Protocol.model_validate(plain)
    for path, value in changes.items():
        _put(plain, path, value)
    with pytest.raises(ValidationError) as caught:
        Protocol.model_validate(plain)
    told = " ".join(str(one["msg"]) + str(one.get("ctx", "")) for one in caught.value.errors())
    assert message.lower() in told.lower()


ALLOWED: list[dict[str, Any]] = [
    {"treatment.comparator_has_dose": True, "periods.1.dose_micrograms": 1500},
    {"randomisation": {"method": "listed", "sequences": ["ABBA", "BAAB"]}},
    {"randomisation": {"method": "max-run", "max_run": 2}},
    OPEN,
    {"outcomes.0.maximum": "10.0"},
    {"outcomes.0": {**OWN, "maximum": 1, "step": 1}},  # yes or no
    {"priors.period_sd": 0, "priors.trend_sd": 0, "priors.day_drift_sd": 0},
    {"priors.effect_mean": Decimal("-0.2"), "priors.effect_sd": Decimal("0.2")},
    {"priors.day_noise_sd": Decimal("0.05"), "priors.period_sd": Decimal("0.05")},
    {"priors.day_noise_sd": 20, "priors.day_drift_sd": 20, "priors.level_sd": 100},
    {"priors.onset_log_sd": Decimal("0.2"), "priors.onset_median_days": Decimal("0.2")},
    {"priors.onset_log_sd": 2, "priors.onset_median_days": 120, "priors.level_sd": Decimal("0.5")},
    {
        "cuts.mcid_probability": Decimal("0.5"),
        "cuts.benefit_probability": Decimal("0.8"),
        "cuts.unlikely_probability": Decimal("0.29"),
        "cuts.probable_mcid_probability": Decimal("0.31"),
        "cuts.equivalence_probability": Decimal("0.7"),
    },
    {"priors.onset_at_once": 1},
    {"periods.0.start": dt.date(2026, 1, 1)},
    {"periods.0.end": "2026-01-01"},
    {"periods.0.dose_micrograms": Decimal("4500.0")},
    {"question": ""},
    {
        "medicines": [
            {
                "name": "methotrexate",
                "disease_modifying": True,
                "changes": [{"date": "2026-01-20", "what": "reduced"}],
            }
        ]
    },
]


@pytest.mark.spec
@pytest.mark.parametrize("changes", ALLOWED)
def test_what_may_be_meant_is_accepted(plain: dict[str, Any], changes: dict[str, Any]) -> None:
    for path, value in changes.items():
        _put(plain, path, value)
    Protocol.model_validate(plain)


# what is replaced by what | line | field | value | in the problem | in the mend
FILE_FAULTS = [
    ('arm = "active"', "arm = active", 18, None, None, "not valid TOML", "quotation marks"),
    ('title = "Example"', "", None, "title", None, "missing", "add it"),
    ("title", "titel", None, "titel", "Example", "not a field", "did you mean 'title'?"),
    ("= 4500", "= 4.5", None, "periods 1, dose_micrograms", "4.5", "whole", "did you mean 4500?"),
    ("= 4500", "= 450000", None, "periods 1, dose_micrograms", "450000", "50 mg", "4500"),
    (
        'arm = "comparator"',
        'arm = "placebo"',
        None,
        "periods 2, arm",
        "placebo",
        "possible words",
        "'active'",
    ),
    ("2026-01-28", "2026-01-10", None, "periods 2", None, "before it starts", "both days"),
    ("2026-01-28", "2026-02-30", 24, None, None, "not valid TOML", "2026-03-01"),
    ('"LDN"', "5", None, "treatment, name", "5", "wrong kind", "quotation marks"),
    ("[treatment]", "[[treatment]]", None, "treatment", None, "wrong kind", "table"),
    ('"pain-nrs"', '"pain-nsr"', None, "outcomes 1", None, "unknown", "did you mean 'pain-nrs'?"),
    ('y_outcome = "pain"', 'y_outcome = "p"', None, None, None, "not among", "name one of"),
    ("2026-01-01", "2026-01-01T08:00:00", None, "periods 1, start", None, "time", "date alone"),
    ("pair = 1", "pair = 1\npair = 1", 21, None, None, "not valid TOML", "correct that line"),
]


@pytest.mark.spec
@pytest.mark.parametrize(("old", "new", "line", "field", "value", "problem", "mend"), FILE_FAULTS)
def test_a_fault_in_the_file_is_named(
    tmp_path: Path,
    old: str,
    new: str,
    line: int | None,
    field: str | None,
    value: str | None,
    problem: str,
    mend: str,
) -> None:
    assert old in TOML
    with pytest.raises(InputError) as caught:
        _read(tmp_path, TOML.replace(old, new, 1))
    error = caught.value
    assert (error.file, error.row, error.column) == ("protocol.toml", line, field)
    if value is not None:
        assert error.value == value
    assert problem in error.problem
    assert mend in error.mend
    assert str(tmp_path) not in str(error)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"title = '\xe4'", "0xe4"),
        (b"\x00\x01", "TOML"),
        (b"", "missing"),
        (b"a = " + b"[" * 50_000, ""),
        (b"periods = 3", "missing"),
    ],
)
def test_a_file_that_is_no_protocol_is_refused(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, content)
    assert problem in caught.value.problem


def test_faults_are_counted_once(tmp_path: Path) -> None:
    """A refused member does not also make its list too short, nor its derived fields missing."""
    own = TOML.replace('instrument = "pain-nrs"', 'minimum = "low"\nmaximum = 10\nbetter = "lower"')
    with pytest.raises(InputError) as caught:
        _read(tmp_path, own)
    assert caught.value.column == "outcomes 1, minimum"
    assert "more to mend" not in caught.value.mend
    with pytest.raises(InputError, match=r"\(2 more to mend after this one\.\)"):
        _read(tmp_path, own.replace("title", "titel"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "nothing.toml", tmp_path, "bad\x00name"):
        with pytest.raises(InputError):
            read_protocol(path)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    plain = _read(tmp_path, TOML)
    windows = b"\xef\xbb\xbf" + TOML.replace("\n", "\r\n").encode()
    assert _read(tmp_path, windows).sha256 == plain.sha256


def test_field_paths_count_from_one() -> None:
    assert field_path(("periods", 2, "dose_micrograms")) == "periods 3, dose_micrograms"
    assert field_path(()) == ""


@pytest.mark.property
@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode("utf-8")))
def test_any_file_is_a_protocol_or_one_clear_error(tmp_path_factory: Any, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("any")
    with pytest.raises(LodoseError):
        _read(folder, content)


FIELDS = [
    *("title", "design", "primary_outcome", "cuts", "medicines"),
    *("outcomes.0.name", "outcomes.0.mcid", "outcomes.0.minimum"),
    *("periods", "periods.0", "periods.0.start", "periods.1.end"),
    *("periods.0.dose_micrograms", "periods.0.pair", "priors.autocorrelation"),
    *("randomisation.sequences", "blinding.guesses"),
]


@pytest.mark.property
@given(
    st.sampled_from(FIELDS),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats()
        | st.decimals() | st.dates() | st.datetimes(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
        max_leaves=4,
    ),
)  # fmt: skip
def test_any_value_in_any_field_is_accepted_or_refused(path: str, value: Any) -> None:
    """No value crashes validation, and whatever is accepted has a hash."""
    table = {"priors": {}, "blinding": {}, **tomllib.loads(TOML, parse_float=Decimal)}
    _put(table, path, value)
    try:
        protocol = Protocol.model_validate(table)
    except ValidationError:
        return
    assert len(protocol.sha256) == 64
