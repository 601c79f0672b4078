"""What gunicorn and `flask` load: the console as a WSGI application."""

import sys

from delula import create_app
from delula.config import ConfigurationError

try:
    app = create_app()
except ConfigurationError as problems:
    sys.exit(f"The settings cannot be used:\n{problems}")
