"""Small communities whose components exchange resources, component by component."""

from rencity.sim.balance.exchange.follow import Unmet, follow
from rencity.sim.balance.exchange.model import Exchange
from rencity.sim.balance.exchange.read import damage_of, read_exchange

__all__ = ["Exchange", "Unmet", "damage_of", "follow", "read_exchange"]
