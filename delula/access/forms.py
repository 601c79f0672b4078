"""Forms of sign-in and of one's own account: shape only; the rules are in the actions."""

from __future__ import annotations

from flask import request
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField
from wtforms.validators import InputRequired, Length

from delula.access.authentication import LONGEST_EMAIL
from delula.access.passwords import LONGEST

LONGEST_NAME = 100
#: A code of the app has six digits; a recovery code has twenty characters and three hyphens.
LONGEST_CODE = 40


class TextForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    """A form of texts, which takes neither files in their place nor JSON."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """Where its values come from."""

        def wrap_formdata(self, form: FlaskForm, formdata: object) -> object:  # noqa: ARG002 - as it is called
            """What was submitted, nothing before."""
            return request.form if form.is_submitted() else None


class SignInForm(TextForm):
    """E-mail and password."""

    email = StringField(
        "E-mail",
        [InputRequired("Enter your e-mail address."), Length(max=LONGEST_EMAIL, message="That is too long.")],
        render_kw={"type": "email", "autocomplete": "username", "autofocus": True, "spellcheck": "false"},
    )
    password = PasswordField(
        "Password",
        [InputRequired("Enter your password.")],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(TextForm):
    """The second factor."""

    code = StringField(
        "Code",
        [InputRequired("Enter the code."), Length(max=LONGEST_CODE, message="That is too long for a code.")],
        render_kw={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"},
    )


class ConfirmForm(TextForm):
    """The password of the person who is signed in."""

    password = PasswordField(
        "Password",
        [InputRequired("Enter your password.")],
        render_kw={"autocomplete": "current-password", "autofocus": True},
    )


class NameForm(TextForm):
    """How colleagues see one."""

    name = StringField(
        "Name",
        [Length(max=LONGEST_NAME, message=f"A name has at most {LONGEST_NAME} characters.")],
        render_kw={"autocomplete": "name"},
    )


class PasswordForm(TextForm):
    """A new password, with the present one."""

    present = PasswordField(
        "Present password",
        [InputRequired("Enter the password that you have now.")],
        render_kw={"autocomplete": "current-password"},
    )
    password = PasswordField(
        "New password",
        [InputRequired("Enter a new password."), Length(max=LONGEST, message="That is too long.")],
        description="At least 12 characters. A few unrelated words are easy to keep and hard to guess.",
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        "New password, again",
        [InputRequired("Enter the new password a second time.")],
        render_kw={"autocomplete": "new-password"},
    )
