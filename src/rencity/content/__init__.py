"""Packs: what an institution decides, as data with a schema, a source and a version."""
