"""Users: list, create, delete, passwords, roles, files, API tokens."""

import argparse
import getpass
import sys
from datetime import timedelta
from typing import Any

from venturi.cli.files import read_object, write_object
from venturi.cli.output import print_rows
from venturi.cli.session import Refused, change, read
from venturi.core.errors import InvalidInput, NotFound
from venturi.store.commands import sign_ins, users
from venturi.store.commands.audit import Actor
from venturi.store.commands.users import NewUser
from venturi.store.engine import Tx
from venturi.store.passwords import SHORTEST, random_password
from venturi.store.queries import users as people
from venturi.store.queries.users import UserRow

_COLUMNS = ("username", "email", "first_name", "last_name", "roles", "active")


def list_users(args: argparse.Namespace) -> None:
    """List the users."""
    rows = [
        {
            "id": row.id,
            "username": row.username,
            "email": row.email,
            "first_name": row.first_name,
            "last_name": row.last_name,
            "roles": ", ".join(row.roles),
            "active": row.is_active,
            "last_login": row.last_login,
        }
        for row in read(people.list_users).rows
    ]
    print_rows(rows, args.output, columns=_COLUMNS)


def create(args: argparse.Namespace) -> None:
    """Make a user; does nothing but say so when there is one of that name."""
    if read(lambda tx: people.find_user(tx, args.username)) is not None:
        print(f"{args.username} already exist in the db")
        return
    password = _password(args)
    wanted = NewUser(
        username=args.username,
        email=args.email or "",
        first_name=args.firstname or "",
        last_name=args.lastname or "",
        roles=(args.role,),
        password=password,
    )
    change(lambda tx, who: users.create_user(tx, wanted, who))
    print(f'User "{args.username}" created with role "{args.role}"')
    _tell(args, password)


def _password(args: argparse.Namespace) -> str:
    """The password that was given, made, or is asked for."""
    if args.use_random_password:
        return random_password()
    if args.password is not None:
        if len(args.password) < SHORTEST:
            print(f"This password has fewer than {SHORTEST} characters.", file=sys.stderr)
        return str(args.password)
    if not sys.stdin.isatty():
        raise Refused("There is nobody to ask: say --password or --use-random-password.")
    password = getpass.getpass("Password:")
    if getpass.getpass("Repeat for confirmation:") != password:
        raise InvalidInput("The two are not the same.")
    return password


def _tell(args: argparse.Namespace, password: str) -> None:
    if args.use_random_password:
        print(f"Its password, shown this once: {password}")


def _named(tx: Tx, args: argparse.Namespace) -> UserRow:
    """The user that is named, by name or e-mail. Raises `InvalidInput`, `NotFound`."""
    email: str = getattr(args, "email", None) or ""
    if bool(args.username) == bool(email):
        raise InvalidInput("Name the user by --username or by --email.")
    if args.username:
        return people.get_user(tx, args.username)
    found = people.find_by_email(tx, email)
    if found is None:
        raise NotFound(f"There is no user, or more than one, with the address {email!r}.")
    return found


def delete(args: argparse.Namespace) -> None:
    """Delete a user."""

    def body(tx: Tx, who: Actor) -> str:
        name = _named(tx, args).username
        users.delete_user(tx, name, who)
        return name

    print(f'User "{change(body)}" deleted')


def reset_password(args: argparse.Namespace) -> None:
    """Give a user a new password."""
    name = read(lambda tx: _named(tx, args)).username
    password = _password(args)
    change(lambda tx, who: users.set_password(tx, name, password, who))
    print(f'User "{name}" password reset successfully; their sessions and tokens have ended')
    _tell(args, password)


def activate(args: argparse.Namespace) -> None:
    """Let a user sign in again."""
    _activate(args, True)
    print("They may sign in again.")


def deactivate(args: argparse.Namespace) -> None:
    """Keep a user out."""
    _activate(args, False)
    print("They are signed out everywhere, and may not sign in.")


def _activate(args: argparse.Namespace, active: bool) -> None:
    def body(tx: Tx, who: Actor) -> None:
        users.change_user(tx, _named(tx, args).username, who, is_active=active)

    change(body)


def add_role(args: argparse.Namespace) -> None:
    """Give a user a role."""

    def body(tx: Tx, who: Actor) -> str:
        name = _named(tx, args).username
        users.add_role(tx, name, args.role, who)
        return name

    print(f'User "{change(body)}" added to role "{args.role}"')


def remove_role(args: argparse.Namespace) -> None:
    """Take a role from a user."""

    def body(tx: Tx, who: Actor) -> str:
        name = _named(tx, args).username
        users.remove_role(tx, name, args.role, who)
        return name

    print(f'User "{change(body)}" removed from role "{args.role}"')


def import_(args: argparse.Namespace) -> None:
    """Make or change users as a file of `users export` says."""
    _import(args.file)


def _import(path: str) -> None:
    wanted = read_object(path)
    if not isinstance(wanted, list) or not all(isinstance(each, dict) for each in wanted):
        raise InvalidInput(
            f"{path} must hold a list of users, as `airflow users export` writes it."
        )
    made: list[tuple[str, str]] = []
    changed: list[str] = []

    def body(tx: Tx, who: Actor) -> None:
        made.clear()
        changed.clear()
        for each in wanted:
            _import_one(tx, each, who, made, changed)

    change(body)
    for name, password in made:
        print(f"Created {name} with the password {password}, shown this once")
    for name in changed:
        print(f"Updated {name}")


def _import_one(
    tx: Tx, each: dict[str, Any], who: Actor, made: list[tuple[str, str]], changed: list[str]
) -> None:
    try:
        name = str(each["username"])
        roles = tuple(str(role) for role in each["roles"])
    except (KeyError, TypeError) as error:
        raise InvalidInput(f"A user in the file has no username or roles: {each!r}.") from error
    first, last = str(each.get("firstname", "")), str(each.get("lastname", ""))
    email = str(each.get("email", ""))
    if people.find_user(tx, name) is not None:
        users.change_user(tx, name, who, email=email, first_name=first, last_name=last)
        users.set_roles(tx, name, roles, who)
        changed.append(name)
        return
    password = random_password()
    new = NewUser(
        username=name,
        email=email,
        first_name=first,
        last_name=last,
        roles=roles,
        password=password,
    )
    users.create_user(tx, new, who)
    made.append((name, password))


def export(args: argparse.Namespace) -> None:
    """Write all users to a file, without their passwords."""
    _export(args.file)


def _export(path: str) -> None:
    rows = [
        {
            "id": row.id,
            "username": row.username,
            "email": row.email,
            "firstname": row.first_name,
            "lastname": row.last_name,
            "roles": list(row.roles),
        }
        for row in read(people.list_users).rows
    ]
    write_object(path, rows)
    if path != "-":
        print(f"{len(rows)} users successfully exported to {path}")


def list_tokens(args: argparse.Namespace) -> None:
    """List the API tokens."""
    rows = [
        {
            "username": row.username,
            "name": row.name,
            "created_at": row.created_at,
            "expires_at": row.expires_at,
        }
        for row in read(lambda tx: people.list_tokens(tx, args.username))
    ]
    print_rows(rows, args.output)


def create_token(args: argparse.Namespace) -> None:
    """Make an API token, and print nothing else, for scripts."""
    lifetime = None if args.days is None else timedelta(days=args.days)
    word = change(
        lambda tx, who: sign_ins.create_token(tx, args.username, args.name, lifetime, who)
    )
    print(word)


def delete_token(args: argparse.Namespace) -> None:
    """Withdraw an API token."""
    change(lambda tx, who: sign_ins.delete_token(tx, args.username, args.name, who))
    print(f"Token {args.name} of {args.username} deleted")


def old_form(args: argparse.Namespace) -> None:
    """`airflow users -l`, `-c ...`, `-d -u NAME`, `--add-role`, `--remove-role`, `-i/-e FILE`."""
    if args.create:
        if not args.username or not args.role:
            raise InvalidInput("A new user needs --username and --role.")
        create(args)
    elif args.delete:
        delete(args)
    elif args.add_role:
        add_role(_with_role(args))
    elif args.remove_role:
        remove_role(_with_role(args))
    elif args.import_:
        _import(args.import_)
    elif args.export:
        _export(args.export)
    else:
        list_users(args)


def _with_role(args: argparse.Namespace) -> argparse.Namespace:
    if not args.role:
        raise InvalidInput("Name the role: --role ROLE.")
    return args
