"""Option icons: words, icon and colour with which the product shows an option of a recipe."""
