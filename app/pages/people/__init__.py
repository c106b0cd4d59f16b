"""Accounts, roles and rights, and who is signed in where."""
