"""What a layer is: where its file lies, what its columns mean, how it is drawn.

Standard library only, checked on creation: a wrong color or path fails on import.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

Grade = Literal["A", "B", "C", "D"]
Geometry = Literal["Polygon", "Point", "LineString"]
Group = Literal["complex", "chain", "place", "boundary", "imported"]
Kind = Literal["str", "int", "float", "bool", "date"]

GRADES: tuple[str, ...] = ("A", "B", "C", "D")
_COLOR = re.compile(r"#[0-9a-f]{6}")
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Column:
    """One attribute: its ASCII name, type, unit, and whether it may be empty."""

    name: str
    kind: Kind = "str"
    unit: str | None = None
    nullable: bool = True

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"column {self.name!r}: use lower-case ASCII")


@dataclass(frozen=True)
class Style:
    """How a feature is drawn; `classes` colors it by the value of `class_column`."""

    fill: str
    stroke: str
    weight: float = 1.5
    fill_opacity: float = 0.35
    radius: float = 6.0
    class_column: str | None = None
    classes: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for color in (self.fill, self.stroke, *(c for _, c in self.classes)):
            if not _COLOR.fullmatch(color):
                raise ValueError(f"color {color!r}: use #rrggbb in lower case")
        if not 0 <= self.fill_opacity <= 1:
            raise ValueError(f"fill_opacity {self.fill_opacity}: use 0 to 1")
        if not 0 <= self.weight <= 10:
            raise ValueError(f"weight {self.weight}: use 0 to 10 pixels")
        if bool(self.class_column) != bool(self.classes):
            raise ValueError("class_column and classes go together")


@dataclass(frozen=True)
class Layer:
    """One layer: its title is the label `layer.<name>`, its file lies below `data/`.

    `named` layers keep their names on the map; the others show them on hover. An imported layer has its own `title`,
    its file lies in the workspace, and nobody may have graded it.
    """

    name: str
    path: str
    source: str
    geometry: Geometry
    group: Group
    grade: Grade | None
    style: Style
    columns: tuple[Column, ...] = field(default=())
    label_column: str = "name"
    visible: bool = True
    named: bool = False
    title: str | None = None
    confidential: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"layer {self.name!r}: use lower-case ASCII")
        if self.path.startswith(("/", "~")) or ".." in self.path:
            raise ValueError(f"layer {self.name!r}: path must stay below data/")
        if self.grade not in GRADES and not (self.grade is None and self.group == "imported"):
            raise ValueError(f"layer {self.name!r}: grade {self.grade!r} is not one of {GRADES}")
        names = [column.name for column in self.columns]
        if len(set(names)) != len(names):
            raise ValueError(f"layer {self.name!r}: a column stands twice")
        for needed in ("id", self.label_column, "grade", "source"):
            if needed not in names:
                raise ValueError(f"layer {self.name!r}: column {needed!r} is missing")
