"""A library kept by its staff: adding, editing, versions and what changed between them, a folder followed."""
