"""The site folder: reads and checks site.toml and the thing models, and makes a new folder for `linepack init`.

In: a folder on disk. Out: a frozen `Site` and the thing models by id, or one `ConfigError` that names file, line and
reason. No threads; called once at start and by the command line.
"""

from backend.site.documents import read_json
from backend.site.folder import Broker, Site, load, may_forward
from backend.site.library import ModelFile, alarm_responses, thing_models
from backend.site.template import write_template

__all__ = [
    "Broker",
    "ModelFile",
    "Site",
    "alarm_responses",
    "load",
    "may_forward",
    "read_json",
    "thing_models",
    "write_template",
]
