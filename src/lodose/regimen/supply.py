"""How much is needed, and for how long what was made can be used."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Literal

from lodose.errors import InputError
from lodose.language import translatable, translate
from lodose.regimen.doses import in_mg, in_ml
from lodose.regimen.plan import Plan
from lodose.regimen.product import Product, Swallow

Storage = Literal["fridge", "room"]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula whose keeping was measured.

    Attributes
    ----------
    ug_per_ml
        The strength that was measured.
    days
        Beyond-use days, by storage.
    """

    label: str
    ug_per_ml: int
    days: dict[Storage, int]
    source: str


# Only what was measured: nothing is known of plain water, other strengths or other preservatives.
FORMULAS = MappingProxyType(
    {
        "ascorbic-1mg": Formula(
            translatable("1 mg/mL with ascorbic acid, preservative and glycerol, dark bottle"),
            1000,
            {"fridge": 60, "room": 30},
            "PMID 9391680; "
            "https://medicinesinformation.co.nz/2023/07/05/naltrexone-oral-liquid-formula",
        )
    }
)


@dataclass(frozen=True, slots=True)
class Supply:
    """What a plan needs.

    Attributes
    ----------
    days
        Days counted.
    total_ug
        The sum of all doses.
    capsules
        Strength in micrograms and count, the strongest first.
    volume_ul
        Of a liquid.
    """

    days: int
    total_ug: int
    capsules: tuple[tuple[int, int], ...] = ()
    volume_ul: int = 0

    def said(self) -> str:
        """Say it for the pharmacy: counts by strength, or mg and mL together."""
        if self.volume_ul:
            what = in_ml(self.volume_ul)
        else:
            what = ", ".join(
                translate("{count} of {strength}").format(count=count, strength=in_mg(strength))
                for strength, count in self.capsules
            )
        total = in_mg(self.total_ug)
        return translate("{what} ({total}) for {days} days").format(
            what=what, total=total, days=self.days
        )


def doses_by_day(plan: Plan, days: int) -> list[int]:
    """Return the dose of each day where every step is taken as soon as it may be proposed."""
    doses: list[int] = []
    for step in plan.steps[:-1]:
        doses += [step.dose_ug] * step.days
    doses += [plan.target_ug] * (days - len(doses))
    return doses[:days]


def each_step(plan: Plan, product: Product) -> list[Swallow]:
    """Return what is swallowed at each step.

    Raises
    ------
    InputError
        Where the product cannot give a step exactly.
    """
    return [product.swallow(step.dose_ug) for step in plan.steps]


def supply(plan: Plan, product: Product, *, days: int) -> Supply:
    """Return what is needed for the first days of a plan, exactly.

    Raises
    ------
    InputError
        Where the product cannot give a dose, or for fewer days than one.
    """
    if not 1 <= days <= 366:
        raise InputError(
            translate("is no length"), translate("give 1 to 366 days."), column="days", value=days
        )
    each = Counter(doses_by_day(plan, days))
    capsules: Counter[int] = Counter()
    volume = 0
    for dose, times in each.items():
        taken = product.swallow(dose)
        volume += taken.volume_ul * times
        for capsule in taken.capsules:
            capsules[capsule.strength_ug] += capsule.count * times
    return Supply(
        days=days,
        total_ug=sum(dose * times for dose, times in each.items()),
        capsules=tuple(sorted(capsules.items(), reverse=True)),
        volume_ul=volume,
    )


def use_before(formula: str, *, made: date, storage: Storage, ug_per_ml: int) -> date:
    """Return the day after which a liquid is not used any more.

    Raises
    ------
    InputError
        For a formula or a strength whose keeping was not measured: no date is guessed.

    Examples
    --------
    >>> use_before("ascorbic-1mg", made=date(2026, 5, 1), storage="room", ug_per_ml=1000)
    datetime.date(2026, 5, 31)
    """
    measured = FORMULAS.get(formula)
    if measured is None or measured.ug_per_ml != ug_per_ml:
        known = "; ".join(f"{name}: {translate(each.label)}" for name, each in FORMULAS.items())
        raise InputError(
            translate("has no measured beyond-use date"),
            translate("ask the pharmacy that made it. Measured are only: {known}.").format(
                known=known
            ),
            column="formula",
            value=f"{formula}, {in_mg(ug_per_ml)}/mL",
        )
    return made + timedelta(days=measured.days[storage])
