"""Accident: a place put out of service, a blast, a toxic plume."""
