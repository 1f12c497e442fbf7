"""Expressions in packs: a part of CEL, checked for names, types and cost when a pack is read."""

from rencity.content.cel.expression import CEL, Expression

__all__ = ["CEL", "Expression"]
