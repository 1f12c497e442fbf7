"""A synthetic city on public facts, for trying things on. Never data about a real place."""
