"""Crews: who repairs what, when."""
