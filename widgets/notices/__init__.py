"""Notices: alarms, toasts and frames; plain states come in, intents go out as signals; GUI thread only."""
