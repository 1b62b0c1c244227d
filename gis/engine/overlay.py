"""Areas that very many parcels share with the features of a layer: measured by the kernel, doubtful pairs by GEOS."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from gis.analysis.area import require_polygons
from gis.analysis.overlay import common_areas, valid_shapes
from gis.crs import require_work_crs
from gis.kernel import overlap
from gis.kernel.ragged import ragged


def shared_areas(parcels: gpd.GeoDataFrame, features: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return what `gis.analysis.overlay.shared_areas` does: a row for each parcel and feature that share land."""
    require_work_crs(parcels, features)
    require_polygons(parcels)
    require_polygons(features)
    small, large = parcels.geometry.to_numpy(), valid_shapes(features.geometry.to_numpy())
    feature, parcel = parcels.sindex.query(large)
    met, place = np.unique(parcel, return_inverse=True)
    asked = small[met]
    area, sure = overlap.shared_areas(ragged(large), ragged(asked), (feature, place))
    sure &= shapely.is_valid(asked)[place]
    rest = np.flatnonzero(~sure)
    rest = rest[shapely.intersects(valid_shapes(small[parcel[rest]]), large[feature[rest]])]
    area[~sure] = 0.0
    area[rest] = common_areas(small[parcel[rest]], large[feature[rest]])
    shared = np.flatnonzero(area > 0)
    order = shared[np.lexsort((feature[shared], parcel[shared]))]
    return pd.DataFrame({"parcel": parcel[order], "feature": feature[order], "area": area[order]})
