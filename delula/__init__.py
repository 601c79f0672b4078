"""The internal console of Delula: create_app() is its table of contents."""
