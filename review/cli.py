"""Commands for the machine's keeper. They set up and read; they never decide and never sign."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click

from review import migrations
from review.audit import open_database
from review.audit.export import FORMATS, export_to
from review.db import Database
from review.errors import Fault
from review.operations import console, setup
from review.operations.accounts import PersonDraft
from review.permissions import Role
from review.settings import Settings
from review.words import say


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """Duyệt Clip, from the command line."""
    context.obj = _opened


def _opened() -> tuple[Settings, Database]:
    settings = Settings.of_installation()
    return settings, open_database(settings)


def _in_words(command: Callable[..., None]) -> Callable[..., None]:
    """Turns a refusal into one sentence on standard error and exit status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except Fault as fault:
            click.echo(say(fault.code, "vi", **fault.params), err=True)
            sys.exit(1)

    return run


@main.group()
def db() -> None:
    """The schema."""


@db.command()
@click.pass_obj
@_in_words
def upgrade(opened: Callable[[], tuple[Settings, Database]]) -> None:
    """Bring the schema up to date."""
    settings, database = opened()
    if settings.database_url.startswith("sqlite:///"):
        Path(settings.database_url.removeprefix("sqlite:///")).parent.mkdir(
            parents=True, exist_ok=True
        )
    migrations.upgrade(database.engine)


@main.command("setup-link")
@click.pass_obj
@_in_words
def setup_link(opened: Callable[[], tuple[Settings, Database]]) -> None:
    """Print the one-time link of an empty installation; nothing once an agency exists."""
    settings, database = opened()
    secret = setup.issue_setup_link(database)
    if secret is not None:
        click.echo(f"{settings.base_url}/setup/{secret}")


@main.group()
def agency() -> None:
    """Agencies: several may work here, each seeing only its own."""


@agency.command("add")
@click.pass_obj
@_in_words
def agency_add(opened: Callable[[], tuple[Settings, Database]]) -> None:
    """Print a one-time link with which a further agency is set up by its own people."""
    settings, database = opened()
    click.echo(f"{settings.base_url}/setup/{console.issue_agency_link(database)}")


@agency.command("list")
@click.pass_obj
@_in_words
def agency_list(opened: Callable[[], tuple[Settings, Database]]) -> None:
    """Print the number and the name of every agency here."""
    _, database = opened()
    for number, name, closed in console.list_agencies(database):
        click.echo(f"{number}\t{name}" + (f"\t{say('agency_closed_mark')}" if closed else ""))


@agency.command("kind")
@click.option("--code", required=True, help="Short, without accents, for instance: press_agency.")
@click.option("--name", required=True, help="As people call it.")
@click.pass_obj
@_in_words
def agency_kind(opened: Callable[[], tuple[Settings, Database]], code: str, name: str) -> None:
    """Add a kind of agency to the list that set-up offers."""
    _, database = opened()
    console.add_agency_kind(database, code, name)


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.option("--username", required=True)
@click.option("--name", required=True, help="Full name.")
@click.option("--post", required=True, help="Post, as people say it.")
@click.option(
    "--role",
    "roles",
    multiple=True,
    required=True,
    type=click.Choice([role.value for role in Role]),
)
@click.option("--agency", "agency_id", type=int, default=None, help="Needed with several.")
@click.pass_obj
@_in_words
def user_add(
    opened: Callable[[], tuple[Settings, Database]],
    username: str,
    name: str,
    post: str,
    roles: tuple[str, ...],
    agency_id: int | None,
) -> None:
    """Add an account and print the link with which its owner activates it."""
    settings, database = opened()
    draft = PersonDraft(username, name, post, frozenset(Role(role) for role in roles))
    invitation = console.add_person(database, agency_id, draft)
    click.echo(f"{settings.base_url}/activate/{invitation.secret}")


@main.group()
def token() -> None:
    """Bearer tokens for programs."""


@token.command("add")
@click.option("--username", required=True, help="Whose token; it can do less than they can.")
@click.option("--name", required=True, help="What it is for.")
@click.pass_obj
@_in_words
def token_add(opened: Callable[[], tuple[Settings, Database]], username: str, name: str) -> None:
    """Issue a token and print it, this once."""
    _, database = opened()
    click.echo(console.issue_token(database, username, name))


@main.group()
def audit() -> None:
    """The ledger."""


@audit.command("export")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), required=True)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), required=True)
@click.pass_obj
@_in_words
def audit_export(opened: Callable[[], tuple[Settings, Database]], form: str, out: Path) -> None:
    """Write the whole ledger into a file, which appears only once it is complete."""
    _, database = opened()
    manifest = export_to(database, out, form)
    console.record_export(database, form, manifest.count, manifest.sha256)
    click.echo(f"{manifest.count} {manifest.sha256}")
