"""Assets: one library over what users uploaded, what was made, what the product and its market offer."""
