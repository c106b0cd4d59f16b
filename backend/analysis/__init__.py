"""What the city's network holds and how in and out compare: line pack by tier and zone, balance. Pure; no clock.

In: the drawing of the network, the registry, a snapshot of current values. Out: frozen `backend.model.balance` facts.
"""

from backend.analysis.balance import City, balance_of, city_of

__all__ = ["City", "balance_of", "city_of"]
