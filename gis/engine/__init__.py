"""The same analysis for many features: compiled kernels over disjoint shares of the work, exact all the same."""

MANY = 20_000
"""From so many features on the kernels win back what it takes to load them."""


def worth(count: int) -> bool:
    """Tell whether so many features are a matter for the engine, and its kernels load here.

    They do not without numba, or on a Windows without the C++ runtime that it needs: the plain analysis does the work then.
    """
    if count < MANY:
        return False
    try:
        import numba  # noqa: F401
    except (ImportError, OSError):
        return False
    return True
