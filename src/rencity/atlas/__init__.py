"""What pages draw and ask: of a city in one version, and of a run."""
