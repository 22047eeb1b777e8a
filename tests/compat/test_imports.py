"""Import statements of every age, as people write them."""

import importlib.util
import pickle
import sys
from typing import Any

import pytest


def run(source: str, file: str = "/dags/some_file.py") -> dict[str, Any]:
    """The names that `source` defines when it is executed as a module."""
    names: dict[str, Any] = {"__name__": "some_file", "__file__": file}
    exec(compile(source, file, "exec"), names)
    return names


def refusal(source: str) -> str:
    """What an import error of `source` says."""
    with pytest.raises(ImportError) as caught:
        run(source)
    return str(caught.value)


SAME = [
    ("from airflow.operators import BashOperator as it", "standard.operators.bash.BashOperator"),
    (
        "from airflow.operators.bash_operator import BashOperator as it",
        "standard.operators.bash.BashOperator",
    ),
    (
        "from airflow.operators.bash import BashOperator as it",
        "standard.operators.bash.BashOperator",
    ),
    (
        "from airflow.operators.python_operator import PythonOperator as it",
        "standard.operators.python.PythonOperator",
    ),
    (
        "import airflow.operators.python as m\nit = m.PythonOperator",
        "standard.operators.python.PythonOperator",
    ),
    (
        "import airflow\nit = airflow.operators.empty.EmptyOperator",
        "standard.operators.empty.EmptyOperator",
    ),
    (
        "from airflow.operators.empty import *\nit = EmptyOperator",
        "standard.operators.empty.EmptyOperator",
    ),
    (
        "from airflow.contrib.sensors.file_sensor import FileSensor as it",
        "standard.sensors.filesystem.FileSensor",
    ),
    ("from airflow.operators import MySqlOperator as it", "mysql.operators.mysql.MySqlOperator"),
    (
        "from airflow.operators.http_operator import SimpleHttpOperator as it",
        "http.operators.http.SimpleHttpOperator",
    ),
]


@pytest.mark.parametrize(("source", "today"), SAME, ids=[source for source, _ in SAME])
def test_old_and_new_path_give_the_same_class(source: str, today: str) -> None:
    module, _, name = f"airflow.providers.{today}".rpartition(".")
    assert run(source)["it"] is getattr(importlib.import_module(module), name)


@pytest.mark.parametrize(
    "source",
    [
        "from airflow import DAG",
        "from airflow.sdk import DAG",
        "from airflow.models import DAG",
        "from airflow.models.dag import DAG",
    ],
)
def test_the_dag_is_one_class_by_all_its_paths(source: str) -> None:
    from venturi.sdk.dag import DAG

    assert run(source)["DAG"] is DAG


def test_modules_are_attributes_of_their_package_without_being_imported() -> None:
    found = run("import airflow\nit = airflow.utils.dates.days_ago(1)")["it"]
    assert found.tzinfo is not None


def test_a_name_in_a_provider_package_says_what_to_install() -> None:
    assert refusal("from airflow.contrib.hooks.aws_hook import AwsHook") == (
        "airflow.contrib.hooks.aws_hook.AwsHook is "
        "airflow.providers.amazon.aws.hooks.base_aws.AwsBaseHook today; "
        "install it with: pip install apache-airflow-providers-amazon"
    )


def test_a_flat_name_in_a_provider_package_says_what_to_install() -> None:
    assert "pip install apache-airflow-providers-apache-pig" in refusal(
        "from airflow.operators import PigOperator"
    )


def test_a_provider_module_says_what_to_install() -> None:
    said = refusal("from airflow.providers.amazon.aws.hooks.s3 import S3Hook")
    assert said.endswith("install it with: pip install apache-airflow-providers-amazon")


def test_a_class_that_a_provider_dropped_names_its_successor() -> None:
    said = refusal("from airflow.contrib.operators.bigquery_operator import BigQueryOperator")
    assert "airflow.providers.google.cloud.operators.bigquery.BigQueryInsertJobOperator" in said


def test_a_retired_provider_says_why() -> None:
    said = refusal("from airflow.contrib.operators.qubole_operator import QuboleOperator")
    assert said.endswith("is not available any more: Qubole itself has ended.")


def test_a_misspelt_name_gets_the_closest_ones() -> None:
    assert "BashOperator" in refusal("from airflow.operators import BashOperater")


def test_a_misspelt_module_gets_the_closest_ones() -> None:
    assert "airflow.operators.bash" in refusal("import airflow.operators.bahs")


def test_a_name_in_the_wrong_module_says_where_it_is() -> None:
    said = refusal("from airflow.operators.bash import PythonOperator")
    assert "it is in airflow.providers.standard.operators.python" in said


def test_an_unknown_name_is_an_attribute_error_outside_import_statements() -> None:
    from airflow import operators

    assert not hasattr(operators, "NoSuchOperator")
    with pytest.raises(AttributeError, match="has no name 'NoSuchOperator'"):
        _ = operators.NoSuchOperator


def test_looking_for_a_module_answers_none_instead_of_raising() -> None:
    assert importlib.util.find_spec("airflow.no_such_module") is None
    assert importlib.util.find_spec("airflow.operators.bash") is not None


def test_optional_imports_can_be_caught_as_module_not_found() -> None:
    found = run(
        "try:\n    from airflow.providers.openlineage.sqlparser import SQLParser\n"
        "except ModuleNotFoundError:\n    SQLParser = None"
    )
    assert found["SQLParser"] is None


def test_served_modules_survive_what_pickle_and_inspect_ask_them() -> None:
    import inspect

    import airflow.operators.bash

    assert inspect.getmodule(airflow.operators.bash) is airflow.operators.bash
    assert inspect.getdoc(airflow.operators.bash)
    assert pickle.loads(pickle.dumps(run)) is run
    assert "BashOperator" in dir(airflow.operators.bash)


def test_the_version_is_one_that_provider_packages_accept() -> None:
    from packaging.version import parse

    import airflow

    assert parse(airflow.__version__) >= parse("3.3.0")
    assert run("from airflow.version import version")["version"] == airflow.__version__


def test_the_finder_is_installed_once() -> None:
    from venturi.compat.finder import TableFinder, install

    install()
    install()
    assert sys.meta_path.count(TableFinder) == 1


def test_the_first_question_of_a_script_opens_the_installation() -> None:
    import subprocess

    source = (
        "import airflow; from venturi.sdk import comms\n"
        "assert comms._Answering.opener is None\n"
        "from airflow.utils.state import State\n"
        "print(comms._Answering.opener is not None, comms._Answering.comms)"
    )
    done = subprocess.run(
        [sys.executable, "-c", source], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "None"]


def test_every_moved_name_has_a_sentence_with_a_way_out() -> None:
    from venturi.compat import missing

    for module, names in missing._moved().items():
        for name in names:
            said = missing.sentence(module, name, missing.find_moved(module, name))
            assert said.startswith(f"{module}.{name} ")
            assert "pip install apache-airflow-providers-" in said or said.endswith(".")


def test_a_name_missing_in_a_provider_shipped_in_part_says_what_to_install() -> None:
    said = refusal("from airflow.providers.common.sql.operators.sql import SQLTableCheckOperator")
    assert said.endswith("install it with: pip install apache-airflow-providers-common-sql")
