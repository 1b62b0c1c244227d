"""The same analysis for many features: compiled kernels over disjoint shares of the work, exact all the same."""

MANY = 20_000
"""From so many features on the kernels win back what it takes to load them."""


def worth(count: int) -> bool:
    """Tell whether so many features are a matter for the engine, and its kernels load here.

    Where they do not, the plain analysis does the work.
    """
    return count >= MANY and loads()


def loads() -> bool:
    """Tell whether kernels load here: not without numba, nor on a Windows without the C++ runtime that it needs."""
    try:
        import numba  # noqa: F401
    except (ImportError, OSError):
        return False
    return True
