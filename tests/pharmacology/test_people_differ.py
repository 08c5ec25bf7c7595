"""Populations: reproducible whoever works, bands that mean what they say."""

import tracemalloc

import numpy as np
import pytest

from lodose.errors import InputError
from lodose.pharmacology import Spread, draw_people, people, population, regimen, simulate, typical
from lodose.pharmacology.chance import normals, philox
from lodose.pharmacology.data import read_observations
from lodose.pharmacology.estimates import read_estimates
from lodose.pharmacology.parameters import ROW
from lodose.pharmacology.people import with_row

LAST_DAY = 13 * 24.0 + np.arange(0.0, 24.1, 2.0)
DOSES = regimen(4500, days=14)


def test_the_stream_is_numpys_philox() -> None:
    out = np.empty(4, dtype=np.uint64)
    for block, person, seed in ((0, 0, 0), (3, 41, 2026), (6, 2**40, 2**62 + 1)):
        philox(np.uint64(block), np.uint64(person), np.uint64(seed), out)
        numpys = np.random.Philox(counter=[block, 0, person, 0], key=[seed, 0])
        assert out.tolist() == numpys.random_raw(4).tolist()


def test_the_numbers_are_normal_and_belong_to_the_person() -> None:
    drawn = np.empty((20_000, 28))
    for person in range(drawn.shape[0]):
        normals(person, 2026, drawn[person])
    assert abs(drawn.mean()) < 0.005
    assert abs(drawn.std() - 1) < 0.005
    assert np.abs(np.corrcoef(drawn.T) - np.eye(28)).max() < 0.04
    inside = np.mean(np.abs(drawn) < 1.959964)
    assert abs(inside - 0.95) < 0.002
    again = np.empty(28)
    normals(12_345, 2026, again)
    assert np.array_equal(again, drawn[12_345])


def test_a_person_is_the_same_in_any_company() -> None:
    everybody = draw_people(100)
    assert np.array_equal(draw_people(7, first=40), everybody[40:47])
    assert not np.array_equal(draw_people(100, seed=7), everybody)


@pytest.mark.parametrize("number", [700, 6000])
def test_workers_and_chunks_do_not_change_the_answer(number: int) -> None:
    first = population(number, DOSES, LAST_DAY, workers=1, chunk=500)
    for workers, chunk in ((2, 500), (3, 77), (1, 10_000)):
        again = population(number, DOSES, LAST_DAY, workers=workers, chunk=chunk)
        for name in ("naltrexone_nm", "naltrexol_nm", "m0", "m1", "m2", "kappa", "delta"):
            assert np.array_equal(first.quantiles(name), again.quantiles(name))


def test_counted_quantiles_are_those_of_the_values(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = population(3000, DOSES, LAST_DAY)
    monkeypatch.setattr(people, "EXACT_UP_TO", 0)
    counted = population(3000, DOSES, LAST_DAY)
    for name in ("m0", "m1", "m2", "kappa"):
        assert np.max(np.abs(counted.quantiles(name) - kept.quantiles(name))) < 0.003
    exact, found = kept.quantiles("naltrexone_nm"), counted.quantiles("naltrexone_nm")
    seen = exact > 0.05
    assert np.max(np.abs(found[seen] / exact[seen] - 1)) < 0.01
    rows = draw_people(3)
    for number, row in enumerate(rows):
        alone = simulate(DOSES, LAST_DAY, with_row(typical(), row))
        assert kept._values is not None
        for output, name in enumerate(people.OUTPUTS):
            assert np.allclose(kept._values[output, :, number], getattr(alone, name), atol=1e-6)


def test_without_spread_everybody_is_typical() -> None:
    none = Spread(people=False, studies=False, parameters=False)
    found = population(3, DOSES, LAST_DAY, spread=none)
    alone = simulate(DOSES, LAST_DAY)
    for name in ("m0", "m1", "m2", "naltrexone_nm"):
        assert np.allclose(found.quantiles(name), getattr(alone, name), rtol=0, atol=1e-7)


def test_each_source_of_spread_widens_the_band_and_the_median_stays() -> None:
    rows = draw_people(40_000, spread=Spread(people=True, studies=False, parameters=False))
    for each in read_observations().variability:
        logs = np.log(rows[:, ROW.index(each.id)])
        wanted = np.sqrt(np.log1p((each.cv_percent / 100) ** 2))
        assert abs(logs.std() / wanted - 1) < 0.02
        assert abs(np.exp(np.median(logs)) / getattr(typical(), each.id) - 1) < 0.02
    only = Spread(people=False, studies=True, parameters=False)
    logs = np.log(draw_people(40_000, spread=only)[:, ROW.index("clearance")])
    assert abs(logs.std() / read_estimates().between_study_log_sd - 1) < 0.02
    only = Spread(people=False, studies=False, parameters=True)
    block = read_estimates().of("plasma")
    drawn = np.log(draw_people(60_000, spread=only)[:, [ROW.index(one) for one in block.names]])
    assert np.allclose(np.cov(drawn.T), block.covariance, atol=0.02)


def test_a_liver_that_lets_more_through_raises_naltrexone_and_not_its_metabolite() -> None:
    sick = typical().with_liver_disease("decompensated cirrhosis")
    times = np.arange(0, 24.01, 0.05)
    one, other = (simulate(regimen(4500, days=1), times, each) for each in (typical(), sick))
    ratio = np.trapezoid(other.naltrexone_nm, times) / np.trapezoid(one.naltrexone_nm, times)
    assert ratio == pytest.approx(8.05, rel=1e-6)
    assert np.allclose(one.naltrexol_nm, other.naltrexol_nm, rtol=1e-9)
    with pytest.raises(InputError, match="healthy, compensated"):
        typical().with_liver_disease("yellow")


def test_memory_is_bounded_by_the_chunk() -> None:
    def peak(number: int) -> int:
        tracemalloc.start()
        population(number, DOSES, LAST_DAY, workers=1, chunk=200)
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    peak(5000)
    assert peak(20_000) < 1.1 * peak(5000)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"people": 0}, "number of people"),
        ({"people": 3, "seed": -1}, "seed"),
        ({"people": 3, "workers": 0}, "workers"),
    ],
)
def test_what_is_no_population_is_refused(wrong: dict[str, int], said: str) -> None:
    with pytest.raises(InputError, match=said):
        population(history=DOSES, times_h=LAST_DAY, **wrong)  # type: ignore[arg-type]


def test_only_what_is_worked_out_can_be_asked_for() -> None:
    with pytest.raises(InputError, match="naltrexone_nm"):
        population(3, DOSES, LAST_DAY).quantiles("mood")
