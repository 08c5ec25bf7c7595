"""From a dose to what is swallowed: capsules or a volume, exactly, or a clear refusal."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Protocol

from lodose.errors import InputError
from lodose.language import listing, translate
from lodose.regimen.doses import HIGHEST_UG, in_mg, in_ml

MOST_CAPSULES = 10
_IMPOSSIBLE = MOST_CAPSULES + 1


@dataclass(frozen=True, slots=True)
class Capsule:
    """So many capsules of one strength."""

    strength_ug: int
    count: int


@dataclass(frozen=True, slots=True)
class Swallow:
    """What is taken for one dose.

    Attributes
    ----------
    dose_ug
        The dose, exactly.
    capsules
        The strongest first; empty for a liquid.
    volume_ul
        Microlitres; 0 for capsules.
    """

    dose_ug: int
    capsules: tuple[Capsule, ...] = ()
    volume_ul: int = 0

    def said(self) -> str:
        """Say it for the person; for a liquid always both, mg and mL."""
        if self.volume_ul:
            return translate("{dose} = {volume}").format(
                dose=in_mg(self.dose_ug), volume=in_ml(self.volume_ul)
            )
        parts = [_capsules(each) for each in self.capsules]
        return translate("{dose} = {capsules}").format(
            dose=in_mg(self.dose_ug), capsules=listing(parts)
        )


def _capsules(each: Capsule) -> str:
    text = translate("{count} x {strength}")
    return text.format(count=each.count, strength=in_mg(each.strength_ug))


class Product(Protocol):
    """What a pharmacy supplies."""

    def swallow(self, dose_ug: int) -> Swallow:
        """Return what to take for a dose, refuse what cannot be given exactly."""
        ...


@dataclass(frozen=True, slots=True)
class Capsules:
    """Capsules of given strengths, in micrograms."""

    strengths_ug: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.strengths_ug:
            raise InputError("is missing", "name one strength or more.", column="capsules")
        for strength in self.strengths_ug:
            if not 0 < strength <= HIGHEST_UG:
                raise InputError(
                    translate("is no strength of a low-dose capsule"),
                    translate("it is above 0 and at most {highest}.").format(
                        highest=in_mg(HIGHEST_UG)
                    ),
                    column="capsules",
                    value=in_mg(strength),
                )

    def swallow(self, dose_ug: int) -> Swallow:
        """Return the fewest capsules that make the dose exactly.

        Raises
        ------
        InputError
            Where no count of these capsules makes it, naming the nearest doses that can be given.

        Examples
        --------
        >>> Capsules((500, 1500)).swallow(3500).said()
        '3.5 mg = 2 x 1.5 mg and 1 x 0.5 mg'
        """
        strengths = tuple(sorted(set(self.strengths_ug), reverse=True))
        counts = _fewest(strengths, dose_ug)
        if counts is None:
            near = _listed(self._near(strengths, dose_ug))
            raise InputError(
                translate(
                    "cannot be made exactly of {strengths} with {most} capsules or fewer"
                ).format(strengths=listing([in_mg(s) for s in strengths]), most=MOST_CAPSULES),
                translate(
                    "ask for another strength, or choose {near}. Capsules are not opened or split."
                ).format(near=near),
                column="dose",
                value=in_mg(dose_ug),
            )
        capsules = tuple(
            Capsule(strength, count)
            for strength, count in zip(strengths, counts, strict=True)
            if count
        )
        return Swallow(dose_ug, capsules=capsules)

    @staticmethod
    def _near(strengths: tuple[int, ...], dose: int) -> list[int]:
        unit = gcd(*strengths)
        below = range(dose - dose % unit, 0, -unit)
        above = range(dose - dose % unit + unit, HIGHEST_UG + 1, unit)
        return [
            found
            for doses in (below, above)
            if (found := next((each for each in doses if _fewest(strengths, each)), 0))
        ]


@lru_cache(maxsize=512)
def _table(strengths: tuple[int, ...]) -> tuple[int, tuple[int, ...], tuple[int, ...]]:
    """Fewest capsules for every multiple of the smallest unit, and the strength taken last."""
    unit = gcd(*strengths)
    size = HIGHEST_UG // unit + 1
    fewest = [0] + [_IMPOSSIBLE] * (size - 1)
    last = [0] * size
    for amount in range(1, size):
        for place, strength in enumerate(strengths):
            rest = amount - strength // unit
            if rest >= 0 and fewest[rest] + 1 < fewest[amount]:
                fewest[amount] = fewest[rest] + 1
                last[amount] = place
    return unit, tuple(fewest), tuple(last)


def _fewest(strengths: tuple[int, ...], dose: int) -> tuple[int, ...] | None:
    """Counts by strength, None where the dose cannot be made."""
    unit, fewest, last = _table(strengths)
    if dose <= 0 or dose > HIGHEST_UG or dose % unit or fewest[dose // unit] > MOST_CAPSULES:
        return None
    counts = [0] * len(strengths)
    rest = dose // unit
    while rest:
        counts[last[rest]] += 1
        rest -= strengths[last[rest]] // unit
    return tuple(counts)


@dataclass(frozen=True, slots=True)
class Syringe:
    """An oral syringe: what it holds and how far its marks are apart, in microlitres."""

    holds_ul: int
    mark_ul: int

    def __post_init__(self) -> None:
        if self.mark_ul <= 0 or self.holds_ul < self.mark_ul or self.holds_ul % self.mark_ul:
            raise InputError(
                translate("is no syringe"),
                translate(
                    "give what it holds and the distance of its marks, such as '1 mL/0.01 mL'."
                ),
                column="syringe",
                value=f"{in_ml(self.holds_ul)}/{in_ml(self.mark_ul)}",
            )


@dataclass(frozen=True, slots=True)
class Liquid:
    """A liquid of a given strength, measured with a syringe."""

    ug_per_ml: int
    syringe: Syringe

    def swallow(self, dose_ug: int) -> Swallow:
        """Return the volume that holds the dose exactly, at a mark of the syringe.

        Raises
        ------
        InputError
            Where the volume lies between two marks, or the syringe does not hold it.

        Examples
        --------
        >>> Liquid(1000, Syringe(5000, 100)).swallow(4500).said()
        '4.5 mg = 4.5 mL'
        """
        volume, rest = divmod(dose_ug * 1000, self.ug_per_ml)
        if dose_ug <= 0 or rest or volume % self.syringe.mark_ul or volume == 0:
            raise InputError(
                translate(
                    "lies between two marks of the syringe (every {mark}, at {strength} per mL)"
                ).format(mark=in_ml(self.syringe.mark_ul), strength=in_mg(self.ug_per_ml)),
                translate("choose {near}, or a finer syringe.").format(
                    near=_listed(self._near(dose_ug))
                ),
                column="dose",
                value=in_mg(dose_ug),
            )
        if volume > self.syringe.holds_ul:
            raise InputError(
                translate("needs {volume}, more than the syringe holds ({holds})").format(
                    volume=in_ml(volume), holds=in_ml(self.syringe.holds_ul)
                ),
                translate("take a larger syringe, or ask the pharmacy for a stronger liquid."),
                column="dose",
                value=in_mg(dose_ug),
            )
        return Swallow(dose_ug, volume_ul=volume)

    def _near(self, dose: int) -> list[int]:
        """Doses at the marks below and above, where they are whole micrograms."""
        mark, held = self.syringe.mark_ul, self.syringe.holds_ul
        at = dose * 1000 // self.ug_per_ml // mark
        found: list[int] = []
        for steps in (range(at, 0, -1), range(at + 1, held // mark + 1)):
            for number in steps:
                amount, rest = divmod(number * mark * self.ug_per_ml, 1000)
                if not rest and amount != dose and amount <= HIGHEST_UG:
                    found.append(amount)
                    break
        return found


def _listed(doses: Iterable[int]) -> str:
    said = [in_mg(dose) for dose in doses]
    if len(said) > 1:
        return translate("{first} or {last}").format(first=", ".join(said[:-1]), last=said[-1])
    return said[0] if said else translate("another product")
