"""What tests share: a clock that only moves when told, waiting on real events."""
