"""Areas that very many parcels share with the features of a layer: measured by the kernel, doubtful pairs by GEOS."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.area import require_polygons
from gis.analysis.overlay import common_areas, valid_shapes
from gis.crs import require_work_crs
from gis.engine.fabric import Fabric, fabric
from gis.kernel import overlap
from gis.kernel.ragged import ragged


def shared_areas(parcels: gpd.GeoDataFrame | Fabric, features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what `gis.analysis.overlay.shared_areas` does: a row for each parcel and feature that share land.

    Who asks for several layers makes the parcels ready once (`gis.engine.fabric`).
    """
    ready = parcels if isinstance(parcels, Fabric) else fabric(parcels)
    require_work_crs(ready.frame, features)
    require_polygons(features)
    small, large = ready.frame.geometry.to_numpy(), valid_shapes(features.geometry.to_numpy())
    feature, parcel = ready.frame.sindex.query(large)
    area, sure = overlap.shared_areas(ragged(large), ready.shapes, (feature, parcel))
    sure &= ready.valid[parcel]
    rest = np.flatnonzero(~sure)
    area[rest] = 0.0
    rest = rest[shapely.intersects(valid_shapes(small[parcel[rest]]), large[feature[rest]])]
    area[rest] = common_areas(small[parcel[rest]], large[feature[rest]])
    shared = np.flatnonzero(area > 0)
    order = shared[np.argsort(parcel[shared] * np.int64(len(large)) + feature[shared], kind="stable")]
    return pd.DataFrame({"parcel": parcel[order], "feature": feature[order], "area": area[order]})
