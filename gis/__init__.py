"""Site-planning GIS for linked industrial complexes."""

__version__ = "0.1.0"
