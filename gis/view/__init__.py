"""Results as maps, tables, sentences and files for people."""
