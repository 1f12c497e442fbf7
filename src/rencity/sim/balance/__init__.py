"""Level balance: what is connected and also has enough; see docs/balance.md."""
