"""Find a PostgreSQL server with PostGIS for the tests, or install Debian's. `make test` runs this once."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

HOMES = Path("/usr/lib/postgresql")


def programs() -> Path | None:
    """Return the folder of the newest server's programs; None where there is none."""
    found = sorted(HOMES.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def has_postgis() -> bool:
    """Tell whether the newest server has PostGIS."""
    home = programs()
    return home is not None and Path(f"/usr/share/postgresql/{home.parent.name}/extension/postgis.control").is_file()


def main() -> None:
    """Install what is missing, and say where the server is."""
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    install = [*sudo, "apt-get", "install", "--yes", "--no-install-recommends"]
    if shutil.which("apt-get") and not has_postgis():
        subprocess.run([*sudo, "apt-get", "update"], check=False)
        if programs() is None:
            subprocess.run([*install, "postgresql"], check=False)
        home = programs()
        if home is not None:
            subprocess.run([*install, f"postgresql-{home.parent.name}-postgis-3"], check=False)
    if not has_postgis():
        sys.exit("no PostgreSQL with PostGIS for the tests; install postgresql and postgresql-…-postgis-3")
    sys.stdout.write(f"server: {programs()}\n")


if __name__ == "__main__":
    main()
