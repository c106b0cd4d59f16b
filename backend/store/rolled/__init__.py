"""Samples sorted by point, and what they come to by the minute, the quarter and the hour.

Derived from the groups in `samples` and nothing else, so that all of it can be made again. A sample is in exactly one
place at any moment: in a group after the mark in `rolled` (met through `tail`), in a `piece` of its point, or in the
leaves of its point. Thread "rollup" moves them on, a transaction of the writer's at a time.
"""
