"""Land whose price counts: what a site would pay a m² on average, and how much of it nobody has a price of."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]
NAME = "land_price"
BANDS = 24
"""Into how many bands of price parcels are put where a grid is screened; what is measured knows every price."""


@dataclass(frozen=True)
class LandPrices:
    """Parcels that do not overlap, with their official price in KRW a m² (positive), and what price weighs in a score."""

    shapes: NDArray[np.object_]
    prices: Floats
    weight: float = 1.0

    @cached_property
    def dearest(self) -> float:
        """Return the highest price, KRW a m²: the worst that a site can pay."""
        return float(self.prices.max())

    @cached_property
    def tree(self) -> shapely.STRtree:
        """Return the parcels, found by place."""
        return shapely.STRtree(self.shapes)

    def bands(self) -> list[tuple[float, shapely.Geometry]]:
        """Return about the price, in parts of the dearest, and the land of each band of prices."""
        edges = np.unique(np.quantile(self.prices, np.linspace(0, 1, BANDS + 1)))
        band = np.clip(np.searchsorted(edges, self.prices, side="right") - 1, 0, max(len(edges) - 2, 0))
        return [
            (float(self.prices[band == one].mean()) / self.dearest, shapely.multipolygons(self._parts(band == one)))
            for one in np.unique(band)
        ]

    def _parts(self, chosen: NDArray[np.bool_]) -> NDArray[np.object_]:
        parts = shapely.get_parts(self.shapes[chosen])
        return parts[shapely.get_type_id(parts) == shapely.GeometryType.POLYGON]

    def measured(self, sites: NDArray[np.object_]) -> pd.DataFrame:
        """Return the price of each site, exactly.

        Returns
        -------
        DataFrame
            `priced_share` (0 to 1) of the area, `land_price` (KRW a m², the mean of what is priced, NaN where nothing is),
            and `loss` from `loss_low` to `loss_high` in parts of the dearest: unpriced land costs nothing, as much as the
            rest, or as much as the dearest.
        """
        number, parcel = self.tree.query(sites, predicate="intersects")
        shared = shapely.area(shapely.intersection(sites[number], self.shapes[parcel]))
        priced = np.bincount(number, shared, minlength=len(sites))
        paid = np.bincount(number, shared * self.prices[parcel], minlength=len(sites))
        share = np.clip(priced / shapely.area(sites), 0.0, 1.0)
        with np.errstate(invalid="ignore", divide="ignore"):
            mean = np.where(priced > 0, paid / priced, np.nan)
        low = share * np.nan_to_num(mean) / self.dearest
        middle = np.where(priced > 0, mean / self.dearest, 0.5)
        return pd.DataFrame(
            {"priced_share": share, NAME: mean, "loss": middle, "loss_low": low, "loss_high": low + 1 - share}
        )
