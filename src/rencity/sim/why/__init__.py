"""Why: from an asset to what goes down with it, from an outage back to its causes."""
