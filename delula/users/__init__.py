"""The product's users."""
