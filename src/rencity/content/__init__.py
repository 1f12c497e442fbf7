"""Packs: what an institution decides, as data with a schema, a source and a version."""

from rencity.content.packs import Packs, load_packs

__all__ = ["Packs", "load_packs"]
