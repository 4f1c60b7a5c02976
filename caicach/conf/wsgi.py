"""The door for a WSGI server: `caicach.conf.wsgi:application`."""

import gc
import os
import signal

from django.core.wsgi import get_wsgi_application

from caicach.conf.serve import end_with_parent

if os.environ.get("CAICACH_WITH_PARENT"):
    end_with_parent(signal.SIGKILL)  # a web process whose master was killed would keep the port

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "caicach.conf.settings")
application = get_wsgi_application()

# What is loaded by now stays: the collector need not look at it again in the middle of a page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
