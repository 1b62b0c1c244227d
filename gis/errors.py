"""Faults that a person can mend, said in the reader's language.

An error carries the key of a label below `error.` and its values; it becomes a sentence when it is shown.
"""

from errno import errorcode

from gis.i18n import t


class GisError(Exception):
    """A fault of the input: one clear sentence, no traceback."""

    def __init__(self, key: str, /, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values

    def __str__(self) -> str:
        """Return the sentence in the language of whoever reads it now."""
        return t(f"error.{self.key}", **self.values)


class UnknownNameError(GisError, LookupError):
    """A layer, unit, place or option that does not exist."""


class CrsError(GisError, ValueError):
    """Coordinates that cannot be measured: no CRS, the wrong one, or a guess."""


class DataFileError(GisError, OSError):
    """A file that is missing, changed, or not what its declaration says."""


class InputError(GisError, ValueError):
    """A value out of its range or of the wrong form."""


class ClashError(InputError):
    """A change that rests on a state which somebody else has changed meanwhile."""


class DiskFault:
    """Why the machine could not read or write a file, in the language of whoever reads it."""

    def __init__(self, error: OSError) -> None:
        self.error = error

    def __str__(self) -> str:
        name = errorcode.get(self.error.errno or 0, "").lower()
        return t(f"disk_fault.{name}") if name in DISK_FAULTS else self.error.strerror or str(self.error)


DISK_FAULTS = ("eisdir", "enotdir", "enoent", "eacces", "eperm", "erofs", "enospc", "edquot", "efbig", "emfile", "eio")


class ShapeFault:
    """What is wrong with a shape, as GEOS tells it ("Self-intersection[x y]"), in the language of whoever reads it."""

    def __init__(self, reason: str) -> None:
        self.reason = reason

    def __str__(self) -> str:
        kind, _, place = self.reason.rstrip("]").partition("[")
        name = "_".join(kind.lower().replace("-", " ").split())
        fault = t(f"shape_fault.{name if name in SHAPE_FAULTS else 'other'}")
        return t("shape_fault.at", fault=fault, **dict(zip("xy", place.split(), strict=True))) if place else fault


SHAPE_FAULTS = (
    "self_intersection", "ring_self_intersection", "hole_lies_outside_shell", "holes_are_nested", "nested_shells",
    "interior_is_disconnected", "duplicate_rings", "too_few_points_in_geometry_component", "invalid_coordinate",
)  # fmt: skip
