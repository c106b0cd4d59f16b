"""The alarm list: active, unacknowledged, held back and history, with acknowledge, shelve and reset."""
