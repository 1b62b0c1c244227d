"""The same analysis for many features: compiled kernels over disjoint shares of the work, exact all the same."""

import importlib.util
import sys

MANY = 20_000
"""From so many features on the kernels win back what it takes to load them."""


def worth(count: int) -> bool:
    """Tell whether so many features are a matter for the engine, and it can run here."""
    if count < MANY:
        return False
    return sys.modules["numba"] is not None if "numba" in sys.modules else importlib.util.find_spec("numba") is not None
