"""Who may do what: permissions, roles, the guard, sign-in, sessions and limits.

`create_app` calls `sign_in.init_access(app)`, then `guard.init_guard(app)`, and at its end
`guard.check_every_route_declares_its_permission(app)`. Views use `guard.requires`, `guard.current_staff`
and `guard.may`; `permissions.GRANTS` is the one table that says which role may do what.
"""
