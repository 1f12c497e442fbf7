"""Cyber: a control system goes, and all it controls goes together."""
