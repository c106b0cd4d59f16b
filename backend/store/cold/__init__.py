"""Old samples in Parquet files, one or more a UTC day, named by a catalogue in the database.

In: sorted samples of a day. Out: a file that any Parquet reader opens, and any stretch of any point read back from it,
each byte checked against a digest before it is believed. Nothing here knows which database holds the catalogue.

What is true: the rows of a day in its newest file, and the rows of groups that came after that file was made
(`Cold.through`). Groups are let go only once every row of theirs is in a file; everything else can be made again.
"""
