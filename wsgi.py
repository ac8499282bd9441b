"""The WSGI application, for a server of your own choice: `wsgi:app`."""

import config
from casemgr import create_app
from casemgr.platform.database import application_url

settings = config.load()
app = create_app(settings, application_url(settings))
