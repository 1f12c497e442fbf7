"""Where records live: one use case, one transaction, and an outbox that carries news forward."""

from rencity.db.columns import Instant, Json, Label
from rencity.db.store import Store, Transaction, store_of

__all__ = ["Instant", "Json", "Label", "Store", "Transaction", "store_of"]
