"""`python -m gis`."""

import signal
from types import FrameType

from gis.cli import main


def leave(number: int, _: FrameType | None) -> None:
    """End as if stopped by a person, so that temporary files go too."""
    raise SystemExit(128 + number)


signal.signal(signal.SIGTERM, leave)
main()
