"""The application frame of gas meters (GB/T 36330-2018 7.6): bytes to frames and back, no I/O.

`frame` is the frame itself, `crc` its check word, `stream` finds frames in a byte stream, `sealing` encrypts a data
area, `replay` knows sequence numbers, `words` is the demo maker's content of the data areas (a sample: the standard
leaves it to each maker).
"""
