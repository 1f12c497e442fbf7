"""Packs: what an institution decides, as data with a schema, a source and a version."""

from rencity.content.classes import classes_of
from rencity.content.packs import Packs, load_packs

__all__ = ["Packs", "classes_of", "load_packs"]
