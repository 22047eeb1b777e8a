"""How to serve: from the configuration, overruled by the command line."""

import argparse
from pathlib import Path

import msgspec

from venturi.config import Config, ConfigError


class Serving(msgspec.Struct, frozen=True, kw_only=True):
    """How to serve. `port` 0 takes a free one; an empty log is none, `-` the terminal."""

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    #: seconds that a worker may take to start or to stop
    patience: float = 120.0
    certificate: Path | None = None
    key: Path | None = None
    client_certificates: Path | None = None
    client_certificates_required: int = 0
    #: what a proxy says of who asks, and how, is believed
    proxy_headers: bool = False
    access_log: str = ""
    error_log: str = "-"
    debug: bool = False
    #: one process, no master
    alone: bool = False
    #: standard input is a pipe whose other end is held by who must outlive this process
    ends_with_stdin: bool = False

    @property
    def scheme(self) -> str:
        """http, or https with a certificate."""
        return "http" if self.certificate is None else "https"


def serving(conf: Config, args: argparse.Namespace | None = None) -> Serving:
    """The configured way to serve, and what the command line says instead.

    Raises `ConfigError` for a certificate without key, or one that cannot be read.
    """
    said = vars(args) if args is not None else {}

    def pick(name: str, default: str | None) -> str:
        value = said.get(name)
        return str(value) if value is not None else default or ""

    certificate = _file("ssl_cert", pick("ssl_cert", conf.get("api", "ssl_cert")), conf)
    key = _file("ssl_key", pick("ssl_key", conf.get("api", "ssl_key")), conf)
    if (certificate is None) != (key is None):
        raise ConfigError("[api] ssl_cert and ssl_key belong together; one of them is missing.")
    debug = bool(said.get("debug"))
    return Serving(
        host=pick("host", conf.get("api", "host")),
        port=int(pick("port", conf.get("api", "port"))),
        workers=1 if debug else int(pick("workers", conf.get("api", "workers"))),
        patience=float(pick("worker_timeout", conf.get("api", "worker_timeout"))),
        certificate=certificate,
        key=key,
        client_certificates=_file("ssl_ca_file", pick("ssl_ca_file", ""), conf),
        client_certificates_required=int(pick("ssl_cert_reqs", "0")),
        proxy_headers=bool(said.get("proxy_headers"))
        or conf.getboolean("webserver", "enable_proxy_fix"),
        access_log=pick("access_logfile", conf.get("webserver", "access_logfile")),
        error_log=pick("error_logfile", conf.get("webserver", "error_logfile")),
        debug=debug,
        alone=debug or bool(said.get("alone")),
        ends_with_stdin=bool(said.get("alone")),
    )


def _file(option: str, text: str, conf: Config) -> Path | None:
    if not text:
        return None
    path = conf.home / text
    if not path.is_file():
        raise ConfigError(f"The file {path} that {option} names does not exist.")
    return path
