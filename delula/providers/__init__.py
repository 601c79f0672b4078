"""Providers of artificial intelligence and the services that they run."""
