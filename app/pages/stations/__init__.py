"""Live values by station: what stands where, what it says now, how old that is, and what is wrong with it."""
