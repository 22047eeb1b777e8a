"""What is wrong is told all at once, with the line and the closest option."""

from pathlib import Path

import pytest

from tests.config.make import config
from venturi.config import ConfigError


def mistakes(home: Path, text: str, **variables: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        config(home, text, **variables)
    return [sentence.replace(f"{home}/airflow.cfg, ", "") for sentence in caught.value.mistakes]


@pytest.mark.parametrize(
    ("line", "meant"),
    [
        ("[core]\nparalelism = 4", "did you mean [core] parallelism?"),
        ("[core]\ndag_concurency = 4", "did you mean [core] max_active_tasks_per_dag?"),
        ("[core]\nsmtp_host = mail", "did you mean [smtp] smtp_host?"),
        ("[schedular]\ncatchup_by_default = True", "did you mean [scheduler] catchup_by_default?"),
        ("[data_base]\nsql_alchemy_con = x", "did you mean [database] sql_alchemy_conn?"),
        ("[webserver]\nweb_server_prt = 80", "did you mean [api] port?"),
    ],
)
def test_an_unknown_option_names_its_line_and_the_closest(
    tmp_path: Path, line: str, meant: str
) -> None:
    (sentence,) = mistakes(tmp_path, line)
    assert sentence.startswith("line 2: [")
    assert meant in sentence


def test_a_foreign_section_is_told_how_to_be_announced(tmp_path: Path) -> None:
    (sentence,) = mistakes(tmp_path, "[acme]\nflavour = mild\n")
    assert "no section is called [acme]" in sentence
    assert "write `extra_sections = acme` under [venturi]" in sentence
    conf = config(tmp_path, "[venturi]\nextra_sections = acme\n[acme]\nflavour = mild\n")
    assert conf.get("acme", "flavour") == "mild"
    assert conf.getsection("acme") == {"flavour": "mild"}
    assert conf.notices == ()


def test_an_unknown_variable_is_named(tmp_path: Path) -> None:
    (sentence,) = mistakes(tmp_path, "", AIRFLOW__CORE__PARALELISM="3")
    assert sentence.startswith("environment variable AIRFLOW__CORE__PARALELISM: ")


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[core]\nparallelism = many", "[core] parallelism must be a whole number, not `many`."),
        ("[core]\nparallelism = nan", "[core] parallelism must be a whole number, not `nan`."),
        ("[core]\nparallelism = -1", "[core] parallelism must be 0 or more, not `-1`."),
        ("[api]\nport = 99999", "[api] port must be between 0 and 65535, not `99999`."),
        (
            "[webserver]\nweb_server_port = http",
            "[webserver] web_server_port must be a whole number, not `http`.",
        ),
        (
            "[core]\nload_examples = maybe",
            "[core] load_examples must be True or False, not `maybe`.",
        ),
        (
            "[core]\ndagbag_import_timeout = inf",
            "[core] dagbag_import_timeout must be a number, not `inf`.",
        ),
        (
            "[core]\ndag_ignore_file_syntax = regex",
            "[core] dag_ignore_file_syntax must be one of glob, regexp, not `regex`.",
        ),
        (
            "[core]\ndefault_timezone = Mars/Olympus",
            (
                "[core] default_timezone must be utc, system or a time zone such as Europe/Berlin, "
                "not `Mars/Olympus`."
            ),
        ),
        (
            "[core]\nxcom_backend = not a name",
            (
                "[core] xcom_backend must be a dotted Python name such as my_module.my_name, "
                "not `not a name`."
            ),
        ),
        (
            "[core]\ndaemon_umask = 0o99",
            "[core] daemon_umask must be an octal number such as 0o077, not `0o99`.",
        ),
        (
            "[secrets]\nbackend_kwargs = {",
            (
                "[secrets] backend_kwargs must be JSON (Expecting property name enclosed in double "
                "quotes: line 1 column 2 (char 1))."
            ),
        ),
        (
            "[scheduler]\nallowed_run_id_pattern = (",
            (
                "[scheduler] allowed_run_id_pattern must be a regular expression (missing ), "
                "unterminated subpattern at position 0), not `(`."
            ),
        ),
        (
            "[core]\nparallelism_cmd = echo 3",
            (
                "[core] parallelism_cmd is not an option: [core] parallelism is no secret and is "
                "set directly."
            ),
        ),
    ],
)
def test_a_value_that_does_not_fit_names_its_line(tmp_path: Path, line: str, reason: str) -> None:
    assert mistakes(tmp_path, line) == [f"line 2: {reason}"]


@pytest.mark.parametrize(
    "line",
    [
        "[core]\nfernet_key = hunter2",
        "[core]\nsql_alchemy_conn = mysql://ct:hunter2@localhost",
        "[database]\nsql_alchemy_engine_args = {hunter2",
        "[smtp]\nsmtp_password = ok\nsmtp_user hunter2",
    ],
)
def test_a_mistake_never_repeats_a_secret(tmp_path: Path, line: str) -> None:
    assert "hunter2" not in "\n".join(mistakes(tmp_path, line))


def test_every_mistake_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = "[core]\nload_examples = maybe\nparalelism = 4\n[api]\nport = x\nhots = y\n"
    told = mistakes(tmp_path, text, AIRFLOW__CORE__PARALLELISM="few")
    assert [sentence.partition(":")[0] for sentence in told] == [
        "environment variable AIRFLOW__CORE__PARALLELISM",
        "line 2",
        "line 3",
        "line 5",
        "line 6",
    ]


def test_an_option_that_stands_twice_names_both_lines(tmp_path: Path) -> None:
    (sentence,) = mistakes(tmp_path, "[core]\nexecutor = A\n[api]\nport = 1\n[core]\nexecutor = B")
    assert sentence == "line 6: [core] executor already stands on line 2; remove one of them."


def test_text_that_is_no_option_names_its_line(tmp_path: Path) -> None:
    text = "early = 1\n[core]\nexecutor\n[]\n"
    told = mistakes(tmp_path, text)
    assert told == [
        "line 1: the option `early` stands before the first [section].",
        "line 3: `executor` begins no option; write `key = value`.",
        "line 4: a section is written as [name].",
    ]


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").write_bytes(b"[core]\nexecutor = \xff\n")
    with pytest.raises(ConfigError, match=r"airflow\.cfg is not UTF-8 text"):
        config(tmp_path)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "airflow.cfg").mkdir()
    with pytest.raises(ConfigError, match=r"airflow\.cfg cannot be read \(Is a directory\)"):
        config(tmp_path)


def test_a_wrong_value_that_is_overruled_stops_nothing(tmp_path: Path) -> None:
    conf = config(tmp_path, "[core]\nparallelism = many\n", AIRFLOW__CORE__PARALLELISM="4")
    assert conf.getint("core", "parallelism") == 4
