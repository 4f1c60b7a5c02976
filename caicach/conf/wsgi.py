"""The door for a WSGI server: `caicach.conf.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caicach.conf.settings")
application = get_wsgi_application()
