"""How to serve: the configuration, and what the command line says instead."""

from argparse import Namespace
from pathlib import Path

import pytest

from tests.config.make import config
from venturi.api.settings import serving
from venturi.config import ConfigError


def test_nothing_said_is_one_worker_on_this_machine(tmp_path: Path) -> None:
    settings = serving(config(tmp_path, ""))
    assert (settings.host, settings.port, settings.workers) == ("127.0.0.1", 8080, 1)
    assert (settings.scheme, settings.alone, settings.access_log) == ("http", False, "-")


def test_the_command_line_overrules_the_file(tmp_path: Path) -> None:
    conf = config(tmp_path, "[webserver]\nweb_server_port = 9000\nworkers = 3\n")
    assert (serving(conf).port, serving(conf).workers) == (9000, 3)
    said = Namespace(port=0, workers=2, host=None, access_logfile="", worker_timeout=7)
    settings = serving(conf, said)
    assert (settings.port, settings.workers, settings.host) == (0, 2, "127.0.0.1")
    assert (settings.access_log, settings.patience) == ("", 7.0)


def test_debugging_takes_one_process(tmp_path: Path) -> None:
    settings = serving(config(tmp_path, ""), Namespace(debug=True, workers=4))
    assert (settings.workers, settings.alone) == (1, True)


def test_certificate_and_key_belong_together(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("")
    conf = config(tmp_path, "[api]\nssl_cert = cert.pem\n")
    with pytest.raises(ConfigError, match="belong together"):
        serving(conf)
    with pytest.raises(ConfigError, match=r"none\.key"):
        serving(conf, Namespace(ssl_key="none.key"))
