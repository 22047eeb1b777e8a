"""`airflow.utils.strings` and the like."""

import hashlib
import secrets
import string

TRUE_LIKE_VALUES = frozenset({"on", "t", "true", "y", "yes", "1"})


def to_boolean(astring: str | None) -> bool:
    """Whether the text says yes."""
    return astring is not None and astring.strip().lower() in TRUE_LIKE_VALUES


def get_random_string(length: int = 8, choices: str = string.ascii_letters + string.digits) -> str:
    """Random characters out of `choices`."""
    return "".join(secrets.choice(choices) for _ in range(length))


def md5(data: bytes = b"", **kwargs: object) -> "hashlib._Hash":  # noqa: ARG001
    """MD5 as a checksum, also where cryptographic use of it is forbidden."""
    return hashlib.md5(data, usedforsecurity=False)


def remove_escape_codes(text: str) -> str:
    """`text` without the codes that colour it on a terminal."""
    import re

    return re.sub(r"\x1B(?:[@-Z\\-_]|\[[0-?]*[ -/]*[@-~])", "", text)
