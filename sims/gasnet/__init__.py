"""The gas itself: pressures, flows and line pack of the pretend network, solved by pandapipes.

In: the network (`plan`), regulator set-points and faults, valve positions, leaks, the hour of the day.
Out: a frozen `State` of pressures and flows per step. Thread: whoever calls `Field.step`; it is not thread-safe.
pandapipes takes seconds to import, so only `field` and `components` import it, and only when a field is built.
"""
