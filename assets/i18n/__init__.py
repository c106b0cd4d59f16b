"""Message catalogues: English is the source, zh_CN is complete; `python -m assets.i18n.check` keeps both true."""
