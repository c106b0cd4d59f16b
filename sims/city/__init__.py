"""The made-up city of Linjiang: draws its network and writes a site's registry and network files.

In: a size, a seed, ports and a broker. Out: registry/*.json and network/network.geojson. Pure up to the writing.
"""

from sims.city.generate import City, generate, plan_city

__all__ = ["City", "generate", "plan_city"]
