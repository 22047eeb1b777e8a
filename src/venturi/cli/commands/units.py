"""Units for supervisord and systemd that run this very installation."""

import argparse
import getpass
import os
import sys
from pathlib import Path

from venturi.cli.control import Service, wanted
from venturi.cli.session import configured
from venturi.config.paths import config_file, home

#: What of the environment a service needs to be the same service.
KEPT = ("AIRFLOW_HOME", "AIRFLOW_CONFIG", "PYTHONPATH", "PATH", "LANG", "TZ")


def units(args: argparse.Namespace) -> None:
    """Print the units."""
    configured()
    user = args.user or getpass.getuser()
    services = wanted(worker=args.worker)
    print(KINDS[args.kind](services, user), end="")


def program() -> str:
    """The `airflow` command of this installation."""
    beside = Path(sys.executable).parent / "airflow"
    return str(beside)


def environment() -> dict[str, str]:
    """What the services are started with. Secrets stay where they are: in airflow.cfg."""
    kept = {key: os.environ[key] for key in KEPT if os.environ.get(key)}
    kept["AIRFLOW_HOME"] = str(home())
    if "AIRFLOW_CONFIG" in kept:
        kept["AIRFLOW_CONFIG"] = str(config_file())
    return dict(sorted(kept.items()))


def left_out() -> list[str]:
    """Options that come from the environment: they may be secrets, so they are named only."""
    return sorted(key for key in os.environ if key.startswith("AIRFLOW__"))


def _head(comment: str, how: str) -> list[str]:
    lines = [f"{comment} {how}"]
    if left_out():
        lines.append(
            f"{comment} Set in your environment and not here, as they may be secret: "
            f"{', '.join(left_out())}. Put them into {config_file()}."
        )
    return lines


def supervisord(services: list[Service], user: str) -> str:
    """Programs for `[include] files = ...` of a supervisord.conf."""

    def quoted(text: str) -> str:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
        return f'"{escaped}"'

    variables = ",".join(f"{key}={quoted(value)}" for key, value in environment().items())
    lines = _head(";", "Put this into a file that supervisord.conf includes; then: supervisorctl")
    lines[0] += " update"
    for service in services:
        words = " ".join(service.words)
        log = str(service.log).replace("%", "%%")
        lines += [
            "",
            f"[program:airflow-{service.name}]",
            f"command={_supervisord_word(program())} {words}",
            f"directory={str(home()).replace('%', '%%')}",
            f"environment={variables}",
            *([f"user={user}"] if os.geteuid() == 0 or user != getpass.getuser() else []),
            "autostart=true",
            "autorestart=true",
            "startsecs=5",
            "startretries=10",
            "stopsignal=TERM",
            f"stopwaitsecs={service.patience:.0f}",
            f"stdout_logfile={log}",
            "redirect_stderr=true",
        ]
    return "\n".join(lines) + "\n"


def _supervisord_word(text: str) -> str:
    return '"' + text.replace("%", "%%") + '"' if " " in text else text.replace("%", "%%")


def systemd(services: list[Service], user: str) -> str:
    """Unit files, one after the other; each comment names the file to put it in."""
    lines: list[str] = _head("#", "Split this at the names of files; then: systemctl daemon-reload")
    for service in services:
        words = " ".join(service.words)
        lines += [
            "",
            f"# /etc/systemd/system/airflow-{service.name}.service",
            "[Unit]",
            f"Description=Airflow {service.name} of {_systemd(str(home()))}",
            "After=network-online.target postgresql.service mariadb.service mysql.service",
            "Wants=network-online.target",
            "",
            "[Service]",
            "Type=exec",
            f"User={user}",
            *(f'Environment="{key}={_systemd(v)}"' for key, v in environment().items()),
            f"WorkingDirectory={_systemd(str(home()))}",
            f'ExecStart="{_systemd(program(), command=True)}" {words}',
            "Restart=always",
            "RestartSec=2",
            # Tasks outlive a scheduler that is stopped: they belong to the runner.
            *(["KillMode=process"] if service.name == "scheduler" else ["KillMode=mixed"]),
            f"TimeoutStopSec={service.patience:.0f}",
            "",
            "[Install]",
            "WantedBy=multi-user.target",
        ]
    return "\n".join(lines) + "\n"


def _systemd(text: str, *, command: bool = False) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return escaped.replace("$", "$$") if command else escaped


KINDS = {"supervisord": supervisord, "systemd": systemd}
