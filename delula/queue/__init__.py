"""The queue: what waits, what runs, what is stuck, and how fast it all goes."""
