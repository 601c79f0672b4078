"""Make the first account: `python -m delula.embedded.first_admin`.

Prints its e-mail address and its password, in two lines, or nothing where there are staff already.
"""

from __future__ import annotations

from delula import create_app
from delula.staff.actions import create_first_admin

if __name__ == "__main__":
    with create_app().app_context():
        admin = create_first_admin()
    if admin is not None:
        print(admin.email, admin.password, sep="\n")
