"""F11 Audit: the journal for those who may read it; search, one entry, the proof, export; no change."""
