"""The shell round every page: alarm banner, navigation rail, header, status bar, sign-in, simulator frame.

The banner is never covered: dialogs lie over the page area only.
"""
