"""The pages of background work, and the work that the console does by itself."""
