"""What a broker's refusal means, in one sentence with the way out."""

from urllib.parse import unquote, urlsplit

from venturi.executors.celery.urls import masked

#: A part of the error's text or class name, what it means, and what helps.
_ROWS = (
    (
        ("AccessRefused", "ACCESS_REFUSED", "WRONGPASS", "NOAUTH", "AuthenticationError"),
        "refuses the user name or password",
        "correct them in [celery] broker_url (RabbitMQ: rabbitmqctl add_user {user} PASSWORD)",
    ),
    (
        ("NotAllowed", "NOT_ALLOWED", "not_allowed"),
        "has no vhost {vhost!r}, or the user may not use it",
        (
            "rabbitmqctl add_vhost {vhost}; rabbitmqctl set_permissions -p {vhost} {user} "
            '".*" ".*" ".*"'
        ),
    ),
    (
        ("invalid DB index", "DB index is out of range"),
        "has no database number {vhost}",
        "use a smaller number at the end of [celery] broker_url",
    ),
    (
        ("OOM command not allowed", "OutOfMemoryError"),
        "has no memory left",
        "give it more (maxmemory in redis.conf), or remove what fills it",
    ),
    (
        ("gaierror", "Name or service not known", "name resolution"),
        "has a host name that nobody knows",
        "correct the host in [celery] broker_url",
    ),
)


def trouble_with(url: str, error: BaseException) -> str:
    """A sentence about why the broker at `url` cannot be used; never with the password."""
    told = f"{_chain(error)}"
    parts = urlsplit(url)
    names = {
        "vhost": unquote(parts.path.lstrip("/")) or "/",
        "user": unquote(parts.username or "") or "guest",
    }
    for marks, what, remedy in _ROWS:
        if any(mark in told for mark in marks):
            said = f"The broker {masked(url)} {what}: {remedy}"
            return said.format(**names) + "."
    why = str(error.__cause__ or error).strip() or type(error).__name__
    return (
        f"The broker {masked(url)} cannot be reached ({why}): is it running, and is "
        "[celery] broker_url right?"
    )


def silent(url: str) -> str:
    """A sentence about a broker that can be reached, and from which nothing comes back."""
    return (
        f"The broker {masked(url)} takes messages and gives none back: its memory or disk may be "
        "full (RabbitMQ: rabbitmqctl status), or the way to it is cut."
    )


def _chain(error: BaseException | None) -> str:
    words = []
    while error is not None:
        words.append(f"{type(error).__name__}: {error}")
        error = error.__cause__ or error.__context__
    return " <- ".join(words)
