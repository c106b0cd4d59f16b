"""Setup: how this desk likes its screens, and what the company's look is; for everybody, from the rail's foot."""
