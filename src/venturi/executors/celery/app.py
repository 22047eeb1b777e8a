"""The Celery application that `[celery]` of the configuration describes.

Its only task is never executed by Celery: a worker's pool (`pool.BellPool`) takes it for what it
is, a bell. JSON is the only format that is accepted.
"""

import ssl
from typing import Any

from celery import Celery

from venturi.config import Config
from venturi.core.errors import InvalidInput
from venturi.executors.celery.doorbell import TASK
from venturi.executors.celery.urls import broker_url, is_redis

#: Seconds after which a connection that takes nothing or says nothing counts as broken.
SILENCE = 6.0
HEARTBEAT = 20
#: Seconds between two looks whether Redis still answers; one that was cut off is left for another.
HEALTH = 5
POOL = "venturi.executors.celery.pool:BellPool"


def celery_app(conf: Config) -> Celery:
    """The application of an installation. Raises `InvalidInput` for settings that cannot be."""
    settings = _built_in(conf)
    own = conf.getimport("celery", "celery_config_options", fallback=None)
    if own is not None:
        if not isinstance(own, dict):
            where = conf.where("celery", "celery_config_options")
            raise InvalidInput(f"[celery] celery_config_options must name a dictionary ({where}).")
        settings |= own
    settings |= conf.getjson("celery", "extra_celery_config", fallback={}) or {}
    # What makes a message a mere bell is not for anybody to change.
    settings |= {"task_serializer": "json", "accept_content": ["json"], "worker_pool": POOL}
    app = Celery(conf.get("celery", "celery_app_name"), set_as_current=False)
    app.conf.update(settings)
    app.task(_ring, name=TASK, acks_late=True, ignore_result=True, shared=False)
    return app


def _ring(*_args: Any) -> None:
    """Stands for the task; a worker with another pool than ours would get here."""
    raise RuntimeError("Start the worker with `airflow celery worker`.")


def _built_in(conf: Config) -> dict[str, Any]:
    url = broker_url(conf)
    settings: dict[str, Any] = {
        "broker_url": url,
        # Results come over the sessions; Celery's store of results has nothing to keep.
        "result_backend": None,
        "task_ignore_result": True,
        "task_acks_late": True,
        "task_default_queue": conf.get("operators", "default_queue"),
        # The row is the truth: a bell that is lost is rung again.
        "task_default_delivery_mode": "transient",
        "worker_prefetch_multiplier": max(1, conf.getint("celery", "worker_prefetch_multiplier")),
        "worker_concurrency": conf.getint("celery", "worker_concurrency"),
        "worker_enable_remote_control": conf.getboolean("celery", "worker_enable_remote_control"),
        "worker_hijack_root_logger": False,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # A broker without memory refuses single commands: that too is waited for.
        "broker_channel_error_retry": True,
        "broker_connection_timeout": 5.0,
        "broker_heartbeat": HEARTBEAT,
        "broker_transport_options": _transport_options(conf, url),
        "task_publish_retry": False,
    }
    if conf.getboolean("celery", "ssl_active"):
        settings["broker_use_ssl"] = _ssl(conf, url)
    return settings


def _transport_options(conf: Config, url: str) -> dict[str, Any]:
    given = conf.getsection("celery_broker_transport_options") or {}
    if is_redis(url):
        built_in: dict[str, Any] = {
            "socket_timeout": SILENCE,
            "socket_connect_timeout": 5.0,
            "socket_keepalive": True,
            "health_check_interval": HEALTH,
        }
    else:
        built_in = {"write_timeout": SILENCE}
    return built_in | given


def _ssl(conf: Config, url: str) -> dict[str, Any]:
    """The files of `[celery] ssl_*`, in the words of the broker's client."""
    names = {"keyfile": "ssl_key", "certfile": "ssl_cert", "ca_certs": "ssl_cacert"}
    found = {word: str(conf.get("celery", name) or "") for word, name in names.items()}
    prefix = "ssl_" if is_redis(url) else ""
    options: dict[str, Any] = {prefix + word: path for word, path in found.items() if path}
    options[f"{prefix}cert_reqs"] = ssl.CERT_REQUIRED if found["ca_certs"] else ssl.CERT_NONE
    return options
