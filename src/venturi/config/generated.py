"""Secrets made at random, once per installation."""

import os
from pathlib import Path

from venturi.config.errors import ConfigError
from venturi.config.options import GENERATED, OptionName
from venturi.config.paths import private_dir

#: Secrets that stood in published files: everybody knows them.
KNOWN_SECRETS = frozenset(
    {
        "temporary_key",
        "cryptography_not_found_storing_passwords_in_plain_text",
        "cryptography_not_found",
        "airflow",
        "secret",
        "changeme",
    }
)

#: Stand for a secret in published templates; a file that still has one sets nothing.
PLACEHOLDERS = frozenset({"{FERNET_KEY}", "{SECRET_KEY}", "{JWT_SECRET_KEY}", GENERATED})

#: Shorter ones can be guessed.
SHORTEST_SECRET = 16


def is_weak(secret: str) -> bool:
    """Whether `secret` is published somewhere or short enough to be guessed."""
    return secret in KNOWN_SECRETS or len(secret) < SHORTEST_SECRET


def random_secret() -> str:
    """32 random bytes in URL-safe base64: a Fernet key, and a signing key."""
    from base64 import urlsafe_b64encode

    return urlsafe_b64encode(os.urandom(32)).decode()


def key_file(home: Path, name: OptionName) -> Path:
    """The file that holds the generated value of `name` when `airflow.cfg` has none."""
    return home / "keys" / f"{name.section}.{name.key}"


def generated_secret(home: Path, name: OptionName) -> str:
    """The installation's own value for `name`, made and kept on first use.

    For files that leave the option out, as those of old Airflow lines may. Processes that ask at
    the same time get the same answer. Raises `ConfigError` where it cannot be kept.
    """
    file = key_file(home, name)
    try:
        return file.read_text().strip()
    except FileNotFoundError:
        pass
    except OSError as error:
        raise ConfigError(f"{file} cannot be read ({error.strerror}).") from error
    private_dir(file.parent)
    create(file, random_secret() + "\n")
    return file.read_text().strip()


def create(file: Path, text: str) -> bool:
    """Write `file` whole with mode 0600 unless it exists; whether this call wrote it.

    Where the folder has links, the name appears only once the content is on disk, so no reader
    ever sees a part of it.
    Raises `ConfigError` where it cannot be written.
    """
    part = file.with_name(f".{file.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        _appear(part, file)
    except FileExistsError:
        return False
    except OSError as error:
        raise ConfigError(f"{file} cannot be written ({error.strerror}).") from error
    finally:
        part.unlink(missing_ok=True)
    return True


def _appear(part: Path, file: Path) -> None:
    """Give the finished `part` the name `file`. Raises FileExistsError when it is taken."""
    try:
        # A link, unlike a rename, never replaces what another process put there.
        file.hardlink_to(part)
    except FileExistsError:
        raise
    except OSError:
        # Some network folders have no links: claim the name first, then put the content there.
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        part.replace(file)
