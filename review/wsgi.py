"""What gunicorn serves: `gunicorn review.wsgi:app`."""

from review.app import create_app

app = create_app()
