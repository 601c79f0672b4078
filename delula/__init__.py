"""The internal console of Delula: create_app() is its table of contents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from delula.config import Settings

ROOT = Path(__file__).resolve().parent.parent


def create_app(settings: Settings | None = None) -> Flask:
    """Build the console.

    Args:
        settings: what to run with; read from the environment and `.env` where absent.

    Raises:
        ConfigurationError: settings are missing or wrong; the message names them all.
    """
    # Imported here, so that what is started beside the application need not wait for it: each module of the
    # package runs this file first.
    from flask_compress import Compress
    from flask_migrate import Migrate
    from htmx_flask import Htmx

    from delula.access.guard import check_every_route_declares_its_permission, init_guard
    from delula.access.sign_in import init_access
    from delula.areas import register_areas
    from delula.commands.cli import audit_commands, command_command
    from delula.config import load_settings
    from delula.credits.cli import credit_commands
    from delula.db import db, engine_options, init_db
    from delula.demo.cli import demo_command
    from delula.rollups.cli import rollup_commands
    from delula.schema.cli import schema_commands
    from delula.staff.cli import staff_commands
    from delula.storage import init_storage
    from delula.web.addresses import AddressingFlask
    from delula.web.bulk_pages import init_bulk
    from delula.web.command_pages import init_commands
    from delula.web.errors import init_errors
    from delula.web.logs import init_logs
    from delula.web.pages import blueprint as pages
    from delula.web.security import init_security_headers
    from delula.web.static import init_static
    from delula.web.templates import init_templates
    from delula.work.cli import job_commands

    settings = settings or load_settings()
    app = AddressingFlask(
        __name__,
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static" / "dist"),
        static_url_path="/static",
    )
    app.config.from_mapping(
        SETTINGS=settings,
        SECRET_KEY=settings.secret_key,
        TESTING=settings.environment == "test",
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=2 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        COMPRESS_MIMETYPES=["text/html", "text/css", "text/javascript", "application/json", "image/svg+xml"],
        COMPRESS_ALGORITHM=["zstd", "br", "gzip"],
        COMPRESS_BR_LEVEL=3,  # half the time of level 4, for 2 % more bytes
        COMPRESS_ZSTD_LEVEL=1,  # a list: 12.0 KB in 77 us, where level 3 makes 11.7 KB in 99
        COMPRESS_LEVEL=5,
    )

    init_logs(app, settings)
    init_templates(app, settings)
    init_static(app)
    init_security_headers(app)
    init_db(app)
    Migrate(app, db, directory=str(ROOT / "migrations"))
    Htmx(app)
    Compress(app)
    init_storage(app, settings)
    init_access(app)
    init_guard(app)
    init_errors(app)

    app.register_blueprint(pages)
    init_commands(app)
    init_bulk(app)
    register_areas(app)
    for group in (
        staff_commands,
        schema_commands,
        rollup_commands,
        demo_command,
        command_command,
        audit_commands,
        credit_commands,
        job_commands,
    ):
        app.cli.add_command(group)
    check_every_route_declares_its_permission(app)
    return app
