"""`lodose verdict --occupancy`: the days read by what the receptor model predicts of the doses."""

import json

import pytest

pytestmark = pytest.mark.interface


def test_the_sensitivity_table_reads_the_days_by_all_three_structures(lodose, tmp_path) -> None:
    assert lodose("example", "ldn-helps", "--to", tmp_path).returncode == 0
    diary = tmp_path / "diary.csv"
    plain = json.loads(lodose("verdict", diary, "--json").stdout)
    run = lodose("verdict", diary, "--json", "--occupancy", "21:00")
    assert run.returncode == 0, run.stderr
    found = json.loads(run.stdout)
    rows = {row["key"]: row for row in found["primary"]["sensitivity"]}
    added = [f"occupancy-M{number}" for number in range(3)]
    assert list(rows)[-3:] == added
    assert found["word"] == plain["word"]
    effects = [rows[key]["effect"]["mean"] for key in added]
    # Two points lower in this invented person: each structure finds a gain, and not the same.
    assert all(-3.5 < effect < -1.0 for effect in effects)
    assert len({round(effect, 3) for effect in effects}) == 3


@pytest.mark.parametrize(
    ("example", "time", "said"),
    [
        ("microdose", "21:00", "is known for naltrexone alone"),
        ("ldn-helps", "late", "write it as 21:00"),
        ("ldn-helps", "25:00", "write it as 21:00"),
    ],
)
def test_what_cannot_be_is_asked_back(lodose, tmp_path, example, time, said) -> None:
    assert lodose("example", example, "--to", tmp_path).returncode == 0
    run = lodose("verdict", tmp_path / "diary.csv", "--occupancy", time)
    assert run.returncode == 2
    assert said in " ".join(run.stderr.split())
    assert run.stdout == ""
