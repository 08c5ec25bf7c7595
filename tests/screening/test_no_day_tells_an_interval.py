"""From the day after the last dose to the thirtieth a person reads the same, whatever it was."""

from datetime import date, timedelta

import pytest

from lodose.screening import Facts, Medicine, screen, view

ON = date(2026, 5, 10)
NAMES = ("codeine", "tramadol", "methadone", "Subutex", "fentanyl patch", "kratom", "pholcodine")


def shown(name: str, days: int, reader: str = "person") -> dict[str, object]:
    last = ON - timedelta(days=days)
    stopped = Medicine(name=name, taken="stopped", last_dose=last, regular=False)
    found = screen(Facts(medicines=(stopped,)), on=ON)
    return view(found, "prescriber" if reader == "prescriber" else "person")


@pytest.mark.parametrize("name", NAMES)
def test_the_person_reads_the_same_for_thirty_days(name: str) -> None:
    told = {str(shown(name, days)) for days in range(1, 31)}
    assert len(told) == 1
    assert "Do not start" in told.pop()
    assert str(shown(name, 31)) != str(shown(name, 30))


@pytest.mark.parametrize("name", ["codeine", "methadone"])
def test_the_prescriber_reads_what_of_it_is_a_judgement(name: str) -> None:
    for days in (2, 25):
        first = shown(name, days, "prescriber")["findings"][0]  # type: ignore[index]
        assert "That it stops for 30 days after the last dose" in first["judgement"]
        assert "days without any opioid" in first["interval"]["says"]
