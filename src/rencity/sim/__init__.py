"""How a city behaves: hazards, damage, cascade, service, recovery. Arrays in, arrays out."""
