"""Targeted: the worst few of a kind are taken out on purpose."""
