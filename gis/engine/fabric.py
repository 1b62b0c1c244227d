"""Very many parcels made ready once: their coordinates as arrays, which of them are valid, and their index."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.analysis.area import require_polygons
from gis.crs import require_work_crs
from gis.kernel.ragged import Ragged, ragged


@dataclass(frozen=True)
class Fabric:
    """Parcels in a TM belt, as a frame and as arrays."""

    frame: gpd.GeoDataFrame
    shapes: Ragged
    valid: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.frame)


def fabric(parcels: gpd.GeoDataFrame) -> Fabric:
    """Return parcels made ready.

    Raises
    ------
    CrsError, InputError
        Where the frame is in no TM belt, or has points or lines.
    """
    require_work_crs(parcels)
    require_polygons(parcels)
    shapes = parcels.geometry.to_numpy()
    return Fabric(parcels, ragged(shapes), np.asarray(shapely.is_valid(shapes)))
