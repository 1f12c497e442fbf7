"""Heat and cold: demand that rises and capacity that moves with the temperature."""
