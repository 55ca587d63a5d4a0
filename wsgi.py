"""For `flask --app wsgi` and for WSGI servers."""

from tracker import create_app

app = create_app()
