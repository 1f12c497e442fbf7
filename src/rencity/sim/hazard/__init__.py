"""Hazards: what strikes, where, when, how hard."""
