"""Earthquake: a source, a ground-motion relation, its scatter in space, and liquefaction."""
