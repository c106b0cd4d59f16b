"""The console and the `linepack` command; the only folder that sees both backend and widgets.

In: facts from `backend.api`, keys and clicks. Out: intents to `backend.api`. Thread: GUI.
"""
