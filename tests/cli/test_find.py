"""Which command words mean, in the spellings of every line."""

import pytest

from venturi.cli.find import UnknownCommand, find, spellings
from venturi.cli.parse import parse
from venturi.cli.table.all import COMMANDS


def words_of(line: str) -> tuple[str, ...]:
    found = find(line.split(), COMMANDS)
    assert found.command is not None
    return found.command.words


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("initdb", "db migrate"),
        ("db init", "db migrate"),
        ("upgradedb", "db migrate"),
        ("resetdb -y", "db reset"),
        ("webserver -p 8080", "api-server"),
        ("list_dags", "dags list"),
        ("list_tasks ct1", "tasks list"),
        ("trigger_dag ct1", "dags trigger"),
        ("pause ct1", "dags pause"),
        ("dag_state ct1 2016-05-14", "dags state"),
        ("task_failed_deps ct1 a 2016-05-14", "tasks failed-deps"),
        ("test ct1 print_date 2016-05-14", "tasks test"),
        ("run ct1 print_date 2016-05-14", "tasks run"),
        ("render ct1 print_date 2016-05-14", "tasks render"),
        ("clear ct1", "tasks clear"),
        ("delete_dag ct1", "dags delete"),
        ("worker", "celery worker"),
        ("--version", "version"),
        ("pool list", "pools list"),
        ("pool -s a 1 b", "pools"),
        ("pools set a 1 b", "pools set"),
        ("variables -s K V", "variables"),
        ("variables --set K V", "variables"),
        ("variables set K V", "variables set"),
        ("connections -l", "connections"),
        ("connections list", "connections list"),
        ("backfill -s 2016-01-01 ct1", "dags backfill"),
        ("backfill ct1 -s 2016-01-01", "dags backfill"),
        ("dags backfill ct1 -s 2016-01-01", "dags backfill"),
        ("backfill create", "backfill create"),
        ("users list", "users list"),
        ("providers hooks", "providers"),
        ("providers list", "providers list"),
    ],
)
def test_every_spelling_finds_its_command(line: str, words: str) -> None:
    assert words_of(line) == tuple(words.split())


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("lsit_dags", "did you mean `airflow list_dags`"),
        ("schedular", "did you mean `airflow scheduler`"),
        ("dags lst", "did you mean `airflow dags list`"),
        ("pools sett", "did you mean `airflow pools set`"),
        ("xyzzy", "See: airflow --help"),
    ],
)
def test_an_unknown_command_is_told_with_the_closest(line: str, hint: str) -> None:
    with pytest.raises(UnknownCommand, match=hint):
        find(line.split(), COMMANDS)


@pytest.mark.parametrize("line", ["", "-h", "--help", "help", "dags", "dags -h", "variables"])
def test_help_is_found_on_everything_and_on_groups(line: str) -> None:
    found = find(line.split(), COMMANDS)
    assert found.command is None
    assert found.group == (line.split(maxsplit=1)[0] if line and line[0] in "dv" else "")


def test_no_spelling_means_two_commands() -> None:
    every = [c.words for c in COMMANDS] + [tuple(o.split()) for c in COMMANDS for o in c.old]
    assert len(every) == len(set(every)) == len(spellings(COMMANDS))


def test_every_command_has_its_function() -> None:
    from importlib import import_module

    for command in COMMANDS:
        module, _, name = command.run.partition(":")
        assert callable(getattr(import_module(module), name)), command.words


#: Command lines as each line of Airflow documents them, flags and all.
LINES = """
dags list -S /x --output json --verbose --columns dag_id
list_dags -sd /x -r
dags list-import-errors -o yaml
dags list-runs --dag-id d --no-backfill --state failed -s 2020-01-01 -e 2021-01-01
dags list-runs --state failed d
dags next-execution d -n 3
dags next-execution d --table --num-executions 2
pause -sd /x d
dags pause --treat-dag-id-as-regex -y d
trigger_dag d -sd /x -r rid -c {} -e 2020-01-01
dags trigger d --run-id rid --conf {} --exec-date 2020-01-01 --no-replace-microseconds
dags trigger --logical-date 2020-01-01 -o json d
dags state d 2020-01-01 -S /x
dags delete d --yes
dags show d --save x.dot --imgcat
dags test d 2020-01-01 -c {} -S /x --show-dagrun --mark-success-pattern a.*
dags test d --dagfile-path /x.py
list_tasks d -t -sd /x
tasks list d --tree
clear d -t a.* -s 2020-01-01 -e 2020-01-02 -sd /x -u -d -c -f -r -x -dx
tasks clear d --task-regex a --start-date 2020-01-01 -y --only-failed -R -X
backfill -s 2020-01-01 -e 2020-01-02 --mark_success d
backfill d -t a.* -s 2020-01-01 -l -x -a -i -I -sd /x --pool p --delay_on_limit 2.5 -dr
dags backfill d -m -y --continue-on-failures --disable-retry -c {} --reset-dagruns -n -B -v
dags backfill d --rerun-failed-tasks --treat-dag-as-regex -S /x --donot-pickle --local
backfill create --dag-id d --from-date 2020-01-01 --to-date 2020-01-02 --dry-run --run-backwards
backfill create --dag-id d --from-date 2020-01-01 --to-date 2020-01-02 --max-active-runs 3
test d t 2020-01-01 -sd /x -dr -tp {}
tasks test d t 2020-01-01 -S /x --dry-run --task-params {} -m --env-vars {} --map-index 1
tasks test d t
run d t 2020-01-01 -sd /x -m -f --pool p --cfg_path c -l -r -A -i -I --ship_dag -p 1 -j 2
tasks run d t rid --mark-success --no-shut-down-logging --map-index 1 --read-from-db
render d t 2020-01-01 -sd /x
tasks render d t rid --map-index 0 -o json
tasks states-for-dag-run d rid -o json
tasks history d t rid --map-index 1 -o json
pool -s n 5 text
pool --set n 5 text
pool -g n
pool -x n
pools set n -1 text --include-deferred
pools import f.json
variables -s k v
variables -g k -j -d 5
variables --import f
variables set k v --description text --json
variables import f -a skip
connections -a --conn_id c --conn_uri http://h
connections --add --conn_id c --conn_type http --conn_host h --conn_port 80 --conn_extra {}
connections add c --conn-json {}
connections export f --file-format env --serialization-format json
connections export - --format yaml
scheduler -d x -sd /x -r 10 -n 5 -p --pid p -D --stdout o --stderr e -l g
scheduler --num-runs -1 --only-idle --skip-serve-logs
webserver -p 8080 -w 4 -k sync -t 120 -hn 0.0.0.0 --pid p -D -A - -E - -l f --ssl_cert c --ssl_key k
webserver --debug
api-server --port 8080 --workers 4 --host 0.0.0.0 --apps all --proxy-headers -d
api-server --ssl-cert c --ssl-key k --worker-timeout 60
dag-processor -S /x -n 1 -D
triggerer --capacity 100 -s
resetdb -y
db reset -y -s -m
db migrate -r head
db check --retry 3 --retry-delay 2
db check-migrations -t 5
jobs check --job-type SchedulerJob --hostname h --limit 5 --allow-multiple
config list --section core -d -e -s -V -c -a --color off
config lint --section core --ignore-option x
info --anonymize -o json
"""


@pytest.mark.parametrize("line", LINES.strip().splitlines())
def test_the_documented_flags_of_every_line_are_understood(line: str) -> None:
    found = find(line.split(), COMMANDS)
    assert found.command is not None
    parse(found.command, found.rest)


def parsed(line: str) -> dict[str, object]:
    found = find(line.split(), COMMANDS)
    assert found.command is not None
    return vars(parse(found.command, found.rest))


def test_long_options_may_be_cut_short_and_written_with_underscores() -> None:
    assert parsed("dags trigger d --run x")["run_id"] == "x"
    assert parsed("trigger_dag d --run_id=a_b")["run_id"] == "a_b"
    assert parsed("dags trigger d --exec_date 2020-01-01")["logical_date"] == "2020-01-01"


def test_behind_two_dashes_everything_is_a_word() -> None:
    args = parsed("variables set k -- --not-a-flag")
    assert (args["key"], args["value"]) == ("k", "--not-a-flag")
    assert parsed("pools set x -- -1 text")["slots"] == -1


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("dags list --nope", "Unknown argument: --nope. See: airflow dags list --help"),
        ("dags trigger", "dag_id"),
        ("pools set x many text", "invalid int value: 'many'"),
        ("dags list -o xml", "invalid choice: 'xml'"),
    ],
)
def test_wrong_arguments_are_told_in_one_line(
    line: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    found = find(line.split(), COMMANDS)
    assert found.command is not None
    with pytest.raises(SystemExit) as left:
        parse(found.command, found.rest)
    assert left.value.code == 2
    said = capsys.readouterr().err
    assert sentence in said
    assert said.count("\n") == 1
