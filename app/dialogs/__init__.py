"""Dialogs over the page area: sign in, shelve, command, approve. Plain text only; Esc never sends anything."""
