"""Published provider packages, unmodified, on our `airflow`."""

import json
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from venturi.compat.providers import installed_providers

PACKAGES = ("common-compat", "common-sql", "http", "sqlite", "ftp", "smtp", "redis")

IMPORT_ALL = """
import importlib, json, sys
from pathlib import Path

root = Path(sys.argv[1])
sys.path.append(str(root))
import airflow

failures = {}
files = sorted((root / "airflow" / "providers").rglob("*.py"))
for file in files:
    name = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
    if ".example_dags" in name:
        continue
    try:
        importlib.import_module(name)
    except Exception as error:
        failures[name] = str(error)
print(json.dumps({"files": len(files), "failures": failures}))
"""

#: Libraries and providers that these packages need and that were not installed with them.
THIRD_PARTY = (
    "aiohttp", "redis", "datafusion", "sqlparse", "aiosmtplib", "methodtools", "asgiref",
    "more_itertools", "tenacity", "requests", "airflow.providers.openlineage",
    "airflow.providers.common.messaging",
)  # fmt: skip


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the newest of these packages, without what they need."""
    target = tmp_path_factory.mktemp("providers")
    names = [f"apache-airflow-providers-{name}" for name in PACKAGES]
    install = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(target)]
    subprocess.run([*install, *names], check=True, timeout=300)
    return target


def python(source: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(source), *arguments],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.network
@pytest.mark.timeout(400)
def test_every_module_of_provider_packages_imports(wheels: Path) -> None:
    said = json.loads(python(IMPORT_ALL, str(wheels)))
    ours = {
        module: error
        for module, error in said["failures"].items()
        if not any(f"'{name}" in error or f"{name} " in error for name in THIRD_PARTY)
    }
    assert said["files"] > 100
    assert ours == {}


@pytest.mark.network
@pytest.mark.timeout(400)
def test_a_providers_own_file_wins_over_the_table(wheels: Path) -> None:
    printed = python(
        """
        import sys
        sys.path.append(sys.argv[1])
        import airflow.providers.ftp.hooks.ftp as real
        from airflow.contrib.hooks.ftp_hook import FTPHook
        print(real.__file__.startswith(sys.argv[1]), FTPHook is real.FTPHook)
        """,
        str(wheels),
    )
    assert printed.split() == ["True", "True"]


@pytest.mark.network
@pytest.mark.timeout(400)
def test_installed_providers_say_their_connection_types(wheels: Path) -> None:
    printed = python(
        """
        import sys
        sys.path.append(sys.argv[1])
        from airflow.providers_manager import ProvidersManager
        print(ProvidersManager().hooks["sqlite"].hook_class_name)
        """,
        str(wheels),
    )
    assert printed.strip() == "airflow.providers.sqlite.hooks.sqlite.SqliteHook"


def make_provider(folder: Path) -> None:
    """A provider package with one module, as installers lay it out."""
    package = folder / "airflow" / "providers" / "acme"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "get_provider_info.py").write_text(
        "def get_provider_info():\n"
        "    return {'package-name': 'apache-airflow-providers-acme', 'connection-types': [\n"
        "        {'connection-type': 'acme', 'hook-class-name': 'airflow.providers.acme.Hook'}]}\n"
    )
    (package / "hooks.py").write_text("class Hook: ...\n")
    facts = folder / "apache_airflow_providers_acme-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: apache-airflow-providers-acme\nVersion: 1.0\n"
    )
    (facts / "entry_points.txt").write_text(
        "[apache_airflow_provider]\n"
        "provider_info=airflow.providers.acme.get_provider_info:get_provider_info\n"
    )


def test_a_provider_on_the_path_is_imported_and_discovered(tmp_path: Path) -> None:
    make_provider(tmp_path)
    printed = python(
        """
        import sys
        import airflow
        sys.path.append(sys.argv[1])
        from airflow.providers.acme.hooks import Hook
        from venturi.compat.providers import installed_providers
        from airflow.providers_manager import ProvidersManager
        print(Hook.__module__, [each.package for each in installed_providers()],
              ProvidersManager().hooks["acme"].hook_class_name)
        """,
        str(tmp_path),
    )
    assert printed.strip() == (
        "airflow.providers.acme.hooks ['apache-airflow-providers-acme'] airflow.providers.acme.Hook"
    )


def test_a_name_a_provider_has_dropped_is_served_with_its_module(tmp_path: Path) -> None:
    package = tmp_path / "airflow" / "providers" / "http" / "operators"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").write_text("")
    (package / "__init__.py").write_text("")
    (package / "http.py").write_text("class HttpOperator:\n    real = True\n")
    printed = python(
        """
        import sys
        sys.path.append(sys.argv[1])
        from airflow.providers.http.operators.http import HttpOperator, SimpleHttpOperator
        print(HttpOperator.real, SimpleHttpOperator.__module__)
        """,
        str(tmp_path),
    )
    assert printed.split() == ["True", "venturi.batteries.operators.http"]


def test_without_provider_packages_there_are_none() -> None:
    assert [each for each in installed_providers() if not each.info] == []
