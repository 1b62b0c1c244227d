"""Files and services in, files out."""
