"""The frozen vocabulary: what every part of Linepack calls things. Pure facts: no I/O, no clock, no threads."""
