"""Staff: who may use the console. The page for admins, and `flask staff …`."""
