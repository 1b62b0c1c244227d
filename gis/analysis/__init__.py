"""Pure functions over frames in a working CRS."""
