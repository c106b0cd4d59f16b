"""Qt widgets of an operator console: in come numbers, texts and tones, out go intents as signals; GUI thread only.

The package knows nothing of gas, alarms engines or servers and could be published alone. Colours, sizes and fonts come
from `widgets.theme`; every text is given by the caller, so a language can change while the window is open.
`python -m widgets.gallery` shows every widget in every state.
"""
