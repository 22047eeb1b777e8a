"""A configuration in a temporary home, from the text of a file and an environment."""

from pathlib import Path

from venturi.config import Config
from venturi.config.load import load


def config(home: Path, text: str | None = None, **variables: str) -> Config:
    """The configuration of `home` with `text` as its airflow.cfg (None: no such file)."""
    environ = {"AIRFLOW_HOME": str(home), "HOME": "/home/me", "PATH": "/usr/bin:/bin", **variables}
    if text is not None:
        home.mkdir(parents=True, exist_ok=True)
        file = home / "airflow.cfg"
        file.write_text(text)
        file.chmod(0o600)
    return Config(load(environ), environ)
