"""Forms of the Staff area: shape only; the rules are in the actions."""

from __future__ import annotations

from wtforms import RadioField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from delula.access.authentication import LONGEST_EMAIL
from delula.access.forms import LONGEST_NAME, TextForm
from delula.access.permissions import ROLE_MEANINGS, Role

_ROLES = [SelectChoice(role.value, f"{role.value.capitalize()}: {ROLE_MEANINGS[role]}") for role in Role]


class NewMemberForm(TextForm):
    """A new account."""

    email = StringField(
        "E-mail",
        [InputRequired("Enter an e-mail address."), Length(max=LONGEST_EMAIL, message="That is too long.")],
        render_kw={"type": "email", "autocomplete": "off", "spellcheck": "false"},
    )
    name = StringField(
        "Name",
        [Length(max=LONGEST_NAME, message=f"A name has at most {LONGEST_NAME} characters.")],
        render_kw={"autocomplete": "off"},
    )
    role = RadioField("Role", [InputRequired("Choose a role.")], choices=_ROLES)


class RoleForm(TextForm):
    """Another role."""

    role = RadioField("Role", [InputRequired("Choose a role.")], choices=_ROLES)


class SecondFactorForm(TextForm):
    """Of which roles a second factor is required."""

    roles = SelectMultipleField(
        "Required of",
        choices=[SelectChoice(role.value, role.value.capitalize()) for role in Role],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
