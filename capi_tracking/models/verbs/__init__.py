"""What may be asked of the outbox's rows, and what may happen to them."""
