"""Who may do what: permissions, roles, the guard and sign-in."""
