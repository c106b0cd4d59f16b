"""Devices: field links, what is bound to what, how points are acquired and alarmed, and what the pipeline put aside."""
