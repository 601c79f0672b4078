"""What a live database looks like, how it differs from what the console needs, and careful changes to it."""
