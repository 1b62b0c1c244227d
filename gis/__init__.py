"""Site-planning GIS for linked industrial complexes."""

import os

__version__ = "0.1.0"

DRIVERS = frozenset(
    {"MEM", "ESRI Shapefile", "GeoJSON", "GPKG", "FlatGeobuf", "DXF", "LIBKML", "GML", "OpenFileGDB", "MBTiles"}
)
"""The only vector drivers that GDAL may use here.

Of the others some open any file or address that a document names (VRT, GDALG, WFS): GDAL picks a driver by content.
"""
_SKIPPED = (
    "PCIDSK PDS4 VICAR PDF EEDA OGCAPI GDALG LVBAG S57 DGN OGR_VRT CSV GPX KML GeoJSONSeq ESRIJSON TopoJSON OGR_GMT "
    "SQLite WAsP GeoRSS VFK PGDUMP OSM GPSBabel OGR_PDS WFS OAPIF EDIGEO Idrisi ODS XLSX Elasticsearch Carto AmigoCloud "
    "SXF Selafin JML PLSCENES CSW VDV MVT NGW MapML GTFS PMTiles JSONFG MiraMonVector ADBC AVCBin AVCE00 AIVector HTTP"
)
os.environ["GDAL_SKIP"] = ",".join([*_SKIPPED.split(), "MapInfo File"])  # before GDAL is loaded, or it has no effect
