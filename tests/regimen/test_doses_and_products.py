"""From a dose to what is swallowed: exact, within the limit, and never a guess about a unit."""

import random
import re
from collections import Counter
from decimal import Decimal
from itertools import combinations_with_replacement

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lodose.errors import InputError
from lodose.language import speaking
from lodose.regimen import (
    Capsules,
    Liquid,
    Plan,
    Product,
    Syringe,
    concentration,
    dose_ug,
    each_step,
    in_mg,
    in_ml,
    make_plan,
    supply,
    volume_ul,
)
from lodose.regimen.doses import HIGHEST_UG
from lodose.regimen.product import MOST_CAPSULES
from lodose.regimen.supply import doses_by_day

PLANS_A_SEED = 100


@pytest.mark.parametrize(
    ("text", "ug"),
    [
        ("4.5 mg", 4500),
        ("4,5 mg", 4500),
        ("4.5mg", 4500),
        ("0.125 mg", 125),
        ("500 micrograms", 500),
        ("500 mcg", 500),
        ("500 µg", 500),
        ("6 mg", 6000),
        ("1500 ug", 1500),
    ],
)
def test_a_dose_with_its_unit_is_read_exactly(text: str, ug: int) -> None:
    assert dose_ug(text) == ug


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("4.5", "is it 4.5 mg or 4.5 micrograms?"),
        ("500 mg", "did you mean 500 micrograms (0.5 mg)?"),
        ("4500 mg", "did you mean 4500 micrograms (4.5 mg)?"),
        ("4.5 micrograms", "did you mean 4.5 mg (4500 micrograms)?"),
        ("1 mcg", "did you mean 1 mg (1000 micrograms)?"),
        ("1,500 micrograms", "is it 1.5 or 1500"),
        ("1.500 mg", "is it 1.5 or 1500"),
        ("50 mg", "check the number and the unit"),
        ("4.5 g", "write a number and its unit"),
        ("a little", "write a number and its unit"),
        ("-1 mg", "write a number and its unit"),
        ("0 mg", "check the number and the unit"),
        ("0.1234 mg", "round it to whole micrograms"),
    ],
)
def test_a_unit_that_cannot_be_meant_gets_a_question_back(text: str, question: str) -> None:
    with pytest.raises(InputError) as error:
        dose_ug(text)
    assert question in str(error.value)


def test_strengths_of_liquids_and_volumes() -> None:
    assert [concentration(text) for text in ("1 mg/mL", "5 mg/5 mL", "500 micrograms/ml")] == [
        1000,
        1000,
        500,
    ]
    assert (volume_ul("0.1 mL"), volume_ul("5 ml")) == (100, 5000)
    for text in ("1 mg", "1/mL", "1000 mg/mL", "0 mg/mL", "1 mg/0 mL", "1 mg/3 mL"):
        with pytest.raises(InputError, match="Mend"):
            concentration(text)
    for text in ("5", "0 mL", "0.0001 mL", "1 L"):
        with pytest.raises(InputError, match="in mL"):
            volume_ul(text)


def test_a_liquid_is_always_said_in_mg_and_ml_in_either_language() -> None:
    taken = Liquid(5000, Syringe(1000, 10)).swallow(4500)
    assert taken.said() == "4.5 mg = 0.9 mL"
    with speaking("de"):
        assert "4,5 mg" in taken.said()
        assert "0,9 mL" in taken.said()


def test_what_the_syringe_cannot_measure_is_refused_with_what_it_can() -> None:
    fine, coarse = Syringe(1000, 10), Syringe(5000, 500)
    assert Liquid(1000, fine).swallow(750).volume_ul == 750
    with pytest.raises(InputError, match=r"between two marks.*choose 0.5 mg or 1 mg"):
        Liquid(1000, coarse).swallow(750)
    with pytest.raises(InputError, match=r"needs 4.5 mL, more than the syringe holds \(1 mL\)"):
        Liquid(1000, fine).swallow(4500)
    for holds, mark in ((1000, 0), (100, 200), (1000, 300)):
        with pytest.raises(InputError, match="is no syringe"):
            Syringe(holds, mark)


def test_what_capsules_cannot_make_is_refused_with_what_they_can() -> None:
    assert Capsules((500, 1500)).swallow(3500).said() == "3.5 mg = 2 x 1.5 mg and 1 x 0.5 mg"
    with pytest.raises(InputError, match=r"choose 1.5 mg or 3 mg"):
        Capsules((1500,)).swallow(2000)
    with pytest.raises(InputError, match="cannot be made"):
        Capsules((100,)).swallow(4500)
    for strengths in ((), (0,), (7000,)):
        with pytest.raises(InputError):
            Capsules(strengths)


@pytest.mark.property
@settings(deadline=None)
@given(
    st.lists(st.sampled_from([250, 500, 1000, 1500, 2000, 3000]), min_size=1, max_size=3),
    st.integers(1, 24).map(lambda number: 250 * number),
)
def test_no_other_choice_needs_fewer_capsules(strengths: list[int], dose: int) -> None:
    """Against every combination of up to six capsules, tried one by one."""
    fewest = next(
        (
            count
            for count in range(1, 7)
            if any(sum(each) == dose for each in combinations_with_replacement(strengths, count))
        ),
        None,
    )
    try:
        taken = sum(each.count for each in Capsules(tuple(strengths)).swallow(dose).capsules)
    except InputError:
        taken = None
    if fewest is None:
        assert taken is None or taken > 6
    else:
        assert taken == fewest


def random_product(chance: random.Random) -> Product:
    if chance.random() < 0.5:
        strengths = [chance.choice(range(50, 3001, 50)) for _ in range(chance.randint(0, 4))]
        return Capsules((chance.choice((50, 100, 250, 500, 1000)), *strengths))
    mark = chance.choice((10, 20, 50, 100, 200))
    syringe = Syringe(mark * chance.randint(1, 600), mark)
    return Liquid(chance.choice((250, 500, 1000, 2000, 5000)), syringe)


def random_plan(chance: random.Random) -> Plan:
    limit = chance.randint(1, 120) * 50
    start = chance.randint(1, limit // 50) * 50
    target = chance.randint(start // 50, limit // 50) * 50
    return make_plan(
        start_ug=start,
        step_ug=chance.randint(2, 40) * 50,
        days=chance.randint(1, 28),
        target_ug=target,
        limit_ug=limit,
    )


def check_plan(plan: Plan, product: Product, days: int) -> bool:
    """Whether the product can give it; every sum must be exact where it can."""
    doses = [step.dose_ug for step in plan.steps]
    assert doses == sorted(set(doses))
    assert max(doses) == plan.target_ug <= plan.limit_ug <= HIGHEST_UG
    try:
        taken = each_step(plan, product)
    except InputError as error:
        assert "Mend:" in str(error)
        return False
    for step, each in zip(plan.steps, taken, strict=True):
        if isinstance(product, Liquid):
            assert each.volume_ul * product.ug_per_ml == step.dose_ug * 1000
            assert each.volume_ul % product.syringe.mark_ul == 0
            assert 0 < each.volume_ul <= product.syringe.holds_ul
            assert each.said() == f"{in_mg(step.dose_ug)} = {in_ml(each.volume_ul)}"
        elif isinstance(product, Capsules):
            assert sum(one.strength_ug * one.count for one in each.capsules) == step.dose_ug
            assert {one.strength_ug for one in each.capsules} <= set(product.strengths_ug)
            assert 0 < sum(one.count for one in each.capsules) <= MOST_CAPSULES
            shown, _, parts = each.said().partition(" = ")
            counted = re.findall(r"(\d+) x ([\d.]+) mg", parts)
            assert parts.count(" x ") == len(counted) == len(each.capsules)
            assert shown == in_mg(step.dose_ug)
            total = sum(int(count) * Decimal(strength) for count, strength in counted)
            assert total * 1000 == step.dose_ug
    needed = supply(plan, product, days=days)
    by_day = doses_by_day(plan, days)
    assert (len(by_day), needed.total_ug) == (days, sum(by_day))
    if isinstance(product, Liquid):
        assert needed.volume_ul * product.ug_per_ml == needed.total_ug * 1000
    else:
        assert sum(ug * count for ug, count in needed.capsules) == needed.total_ug
    return True


@pytest.mark.property
@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**32))
def test_ten_thousand_random_plans_add_up_exactly(seed: int) -> None:
    chance = random.Random(seed)
    given_and_refused = Counter(
        check_plan(random_plan(chance), random_product(chance), chance.randint(1, 120))
        for _ in range(PLANS_A_SEED)
    )
    assert given_and_refused[True] >= 5
    assert given_and_refused[False] >= 5


@pytest.mark.property
@settings(deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_dose_in_range_or_a_question(text: str) -> None:
    for reader in (dose_ug, concentration, volume_ul):
        try:
            value = reader(text)
        except InputError as error:
            assert "Mend:" in str(error)
        else:
            assert value > 0
