"""Hazards: what strikes, where, how hard."""
