"""Broker URLs: which kinds are known, and how they are shown."""

from urllib.parse import urlsplit

from venturi.config import Config
from venturi.core.errors import InvalidInput


def broker_url(conf: Config) -> str:
    """`[celery] broker_url`. Raises `InvalidInput` for a kind of broker that is not known."""
    url = conf.get_mandatory_value("celery", "broker_url").strip()
    scheme = url.partition("://")[0]
    if scheme.partition("+")[0] in {"sqla", "db", "mysql", "postgresql", "sqlite"}:
        raise InvalidInput(
            "[celery] broker_url names a database, which is no message broker; give it RabbitMQ's "
            "(amqp://user:password@host:5672/vhost) or Redis' (redis://host:6379/0)."
        )
    if scheme not in {"amqp", "amqps", "pyamqp", "redis", "rediss", "sentinel", "redis+socket"}:
        raise InvalidInput(
            f"[celery] broker_url begins with {scheme!r}; known are amqp://user:password@host:5672/"
            "vhost (RabbitMQ) and redis://host:6379/0 (Redis)."
        )
    return url


def is_redis(url: str) -> bool:
    """Whether the broker is Redis."""
    return "redis" in url.partition("://")[0] or url.startswith("sentinel")


def masked(url: str) -> str:
    """The URL without its password."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = f"{parts.hostname or ''}:{parts.port}" if parts.port else parts.hostname or ""
    return parts._replace(netloc=f"{parts.username or ''}:***@{host}").geturl()
