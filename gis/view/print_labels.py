"""Where names stand on a printed map: beside what they name, over no other name, with a line where they had to move."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from gis.view.svg import LINE, text_width

Box = tuple[float, float, float, float]
"""Left, top, right and bottom."""
WAYS = ((1, -1), (1, 1), (-1, -1), (-1, 1), (1, 0), (-1, 0), (0, -1), (0, 1))
FARTHER = (3.0, 6.0, 10.0, 15.0, 21.0)
"""How far a name may move, in heights of its line, before it is left out."""
GAP = 0.35
"""Free space around a name, in heights of its line."""


@dataclass(frozen=True)
class Name:
    """Lines of text that name the place at (`x`, `y`); `reach` is how far the thing itself extends from there.

    A name of greater `weight` goes first. An `inside` one stands on its place if it can; a `bound` one nowhere else.
    """

    lines: tuple[str, ...]
    x: float
    y: float
    size: float
    reach: float = 0.0
    weight: float = 0.0
    bold: bool = False
    inside: bool = False
    bound: bool = False
    fill: str | None = None

    @property
    def width(self) -> float:
        """Return how wide the widest line is at most."""
        return max(text_width(line, self.size, bold=self.bold) for line in self.lines)

    @property
    def height(self) -> float:
        """Return how high all lines are."""
        return self.size * LINE * len(self.lines)


@dataclass(frozen=True)
class Placed:
    """A name with the box in which it stands; `led` is where a line to its place begins, None where none is needed."""

    name: Name
    box: Box
    led: tuple[float, float] | None = None


@dataclass
class Placing:
    """A sheet on which names are put one after the other."""

    frame: Box
    taken: list[Box] = field(default_factory=list)

    def put(self, name: Name) -> Placed | None:
        """Return where a name stands, free of all that stands already; None where there is no room."""
        for box, led in self._tries(name):
            if self._free(box, name.size * GAP):
                self.taken.append(box)
                return Placed(name, box, led)
        return None

    def _tries(self, name: Name) -> Iterable[tuple[Box, tuple[float, float] | None]]:
        if name.inside or name.bound:
            yield _around(name.x, name.y, name), None
        if name.bound:
            return
        for way in WAYS:
            yield _beside(name, way, name.reach + name.size * 0.3), None
        for far in FARTHER:
            for way in WAYS:
                box = _beside(name, way, name.reach + name.size * LINE * far)
                yield box, _nearest(box, name.x, name.y)

    def _free(self, box: Box, gap: float) -> bool:
        left, top, right, bottom = box
        west, north, east, south = self.frame
        if left < west or top < north or right > east or bottom > south:
            return False
        return not any(
            left - gap < other[2] and right + gap > other[0] and top - gap < other[3] and bottom + gap > other[1]
            for other in self.taken
        )


def placed_names(names: Sequence[Name], frame: Box, taken: Iterable[Box] = ()) -> tuple[list[Placed], list[Name]]:
    """Return every name that found room, the weightiest first, and those that found none."""
    sheet, found, left = Placing(frame, list(taken)), [], []
    for name in sorted(names, key=lambda one: -one.weight):
        placed = sheet.put(name)
        if placed is None:
            left.append(name)
        else:
            found.append(placed)
    return found, left


def _around(x: float, y: float, name: Name) -> Box:
    return x - name.width / 2, y - name.height / 2, x + name.width / 2, y + name.height / 2


def _beside(name: Name, way: tuple[int, int], distance: float) -> Box:
    across, down = way
    x = name.x + across * (distance + name.width / 2)
    y = name.y + down * ((distance if not across else distance * 0.5) + name.height / 2 * (1 if not across else 0.6))
    return _around(x, y, name)


def _nearest(box: Box, x: float, y: float) -> tuple[float, float]:
    return min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3])
