"""Rencity 韧城: an open, self-hosted platform for resilient cities."""

__version__ = "0.1.0"
