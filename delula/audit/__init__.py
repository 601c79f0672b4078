"""The audit log: what staff wrote and what sensitive things they read, found and taken back."""
