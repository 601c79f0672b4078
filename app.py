"""What gunicorn and `flask` load: the console as a WSGI application."""

from delula import create_app

app = create_app()
