"""One file format a module; each has ``load(path, data) -> Content``."""
