"""Small pictures made of characters."""

from dataclasses import dataclass

from lodose.verdict.result import Estimate


@dataclass(frozen=True, slots=True)
class Marks:
    """The characters that the small pictures are made of; a plain set for old terminals."""

    active: str = "●"
    comparator: str = "◇"
    line: str = "─"
    start: str = "├"
    end: str = "┤"
    ground: str = "·"
    zero: str = "│"
    crossed: str = "┼"


def interval_bar(
    better: Estimate, ends: tuple[float, float], mcid: float, cells: int, marks: Marks
) -> str:
    """An interval over zero and over the stretch that is too small to matter."""

    def cell(value: float) -> int:
        return _cell(value, ends, cells)

    row = [" "] * cells
    for index in range(cell(-mcid), cell(mcid) + 1):
        row[index] = marks.ground
    row[cell(0.0)] = marks.zero
    for index in range(cell(better.lower), cell(better.upper) + 1):
        row[index] = marks.line
    if cell(better.lower) < cell(0.0) < cell(better.upper):
        row[cell(0.0)] = marks.crossed
    row[cell(better.lower)], row[cell(better.upper)] = marks.start, marks.end
    row[cell(better.mean)] = marks.active
    return "".join(row)


def place_bar(
    value: float | None, ends: tuple[float, float], cells: int, mark: str, marks: Marks
) -> str:
    """A mark at its place on the scale; empty ground where nothing was recorded."""
    row = [marks.ground] * cells
    if value is not None:
        row[_cell(value, ends, cells)] = mark
    return "".join(row)


def _cell(value: float, ends: tuple[float, float], cells: int) -> int:
    low, high = ends
    share = (value - low) / (high - low)
    return min(cells - 1, max(0, round(share * (cells - 1))))
