"""Where an installation's files are: everything follows from AIRFLOW_HOME."""

import os
from collections.abc import Mapping
from pathlib import Path

from venturi.config.errors import ConfigError

#: Expansions that name each other end after this many rounds.
_ROUNDS = 8


def expand(text: str, environ: Mapping[str, str] = os.environ) -> str:
    """`text` with a leading `~` and `$NAME`/`${NAME}` replaced, as Airflow does.

    Names that are not set stay as they are, so a `$` in a password survives.
    """
    if "$" not in text and not text.startswith("~"):
        return text
    for _ in range(_ROUNDS):
        expanded = _expand_names(_expand_user(text, environ), environ)
        if expanded == text:
            break
        text = expanded
    return text


def _expand_user(text: str, environ: Mapping[str, str]) -> str:
    if text == "~" or text.startswith("~/"):
        user_home = environ.get("HOME")
        return user_home.rstrip("/") + text[1:] if user_home else str(Path(text).expanduser())
    if text.startswith("~"):
        return os.path.expanduser(text)  # noqa: PTH111 - a name nobody has stays as it is
    return text


def _expand_names(text: str, environ: Mapping[str, str]) -> str:
    pieces = text.split("$")
    done = [pieces[0]]
    for piece in pieces[1:]:
        if piece.startswith("{"):
            name, closed, rest = piece[1:].partition("}")
            known = closed and name in environ
        else:
            end = 0
            while end < len(piece) and (piece[end].isalnum() or piece[end] == "_"):
                end += 1
            name, rest = piece[:end], piece[end:]
            known = name in environ
        done.append(environ[name] + rest if known else f"${piece}")
    return "".join(done)


def home(environ: Mapping[str, str] = os.environ) -> Path:
    """The home folder: AIRFLOW_HOME, or `~/airflow`. Absolute; need not exist."""
    named = expand(environ.get("AIRFLOW_HOME", "") or "~/airflow", environ)
    return Path(os.path.abspath(named))  # noqa: PTH100 - symbolic links stay as people wrote them


def config_file(environ: Mapping[str, str] = os.environ) -> Path:
    """The configuration file: AIRFLOW_CONFIG, or `airflow.cfg` in the home folder."""
    named = environ.get("AIRFLOW_CONFIG", "")
    if named:
        return Path(os.path.abspath(expand(named, environ)))  # noqa: PTH100 - as above
    return home(environ) / "airflow.cfg"


def run_dir(environ: Mapping[str, str] = os.environ) -> Path:
    """Folder of sockets, pid files and journals, made on demand, open to its owner only."""
    return private_dir(home(environ) / "run")


def private_dir(folder: Path) -> Path:
    """`folder`, made with mode 0700 when it is missing.

    Raises `ConfigError` where it cannot be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise ConfigError(
            f"The folder {folder} cannot be made ({error.strerror}); give this user the right to, "
            "or set AIRFLOW_HOME to a folder that may be written."
        ) from error
    return folder
