"""A synthetic city modelled on the public facts of Wuxi; everything but the facts is invented."""
