"""DAGs and files as their rows: versions, import errors, coming and going."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import make
from tests.make import NOW
from tests.store import home
from venturi.core.attempts import FileRef
from venturi.core.messages import Loaded
from venturi.spec.codec import encode, structure_hash
from venturi.spec.model import DagSpec
from venturi.spec.timetable.model import CronInterval
from venturi.store.commands.dags import delete_dag
from venturi.store.dags import (
    active_files,
    deactivate,
    forget_file,
    load_dags,
    put_dag,
    put_file,
    put_import_error,
    put_source,
)
from venturi.store.engine import Store, Tx
from venturi.store.schema.dags import dag, dag_code, dag_file, dag_tag, dag_version, import_error
from venturi.store.versions import Versions

SPEC = make.dag(make.task("a"), make.task("b", "a"), make.task("c", "a"))


def versions_of(store: Store, dag_id: str = "d") -> int:
    return len(home.rows(store, dag_version, dag_id=dag_id))


def changed(spec: DagSpec, **values: Any) -> DagSpec:
    return msgspec.structs.replace(spec, **values)


@pytest.mark.parametrize(
    "same",
    [
        SPEC,
        changed(SPEC, tasks=SPEC.tasks[::-1]),
        changed(SPEC, start_date=NOW),
        changed(SPEC, end_date=NOW + timedelta(days=1)),
        changed(SPEC, tags=("new",)),
        changed(SPEC, doc_md="What it does."),
        changed(SPEC, fileloc="/elsewhere/d.py"),
        changed(
            SPEC,
            tasks=tuple(msgspec.structs.replace(t, start_date=NOW) for t in SPEC.tasks),
        ),
    ],
    ids=["nothing", "order", "start", "end", "tags", "doc", "place", "task-dates"],
)
def test_what_says_nothing_about_what_runs_makes_no_version(store: Store, same: DagSpec) -> None:
    home.put(store, SPEC)
    home.put(store, same, key="k2")
    assert versions_of(store) == 1
    (row,) = home.rows(store, dag_version)
    assert row.file_key == "k2"


@pytest.mark.parametrize(
    "other",
    [
        changed(SPEC, tasks=SPEC.tasks[:2]),
        changed(SPEC, catchup=True),
        changed(SPEC, timetable=CronInterval(expr="@daily")),
        changed(SPEC, tasks=(make.task("a", retries=1), *SPEC.tasks[1:])),
        changed(SPEC, tasks=(*SPEC.tasks[:2], make.task("c", "b"))),
    ],
    ids=["task-gone", "catchup", "schedule", "retries", "edge"],
)
def test_what_changes_what_runs_makes_one(store: Store, other: DagSpec) -> None:
    home.put(store, SPEC)
    home.put(store, other, key="k2")
    home.put(store, other, key="k3")
    assert versions_of(store) == 2
    assert [row.version_number for row in home.rows(store, dag_version)] == [1, 2]


@given(st.permutations(SPEC.tasks), st.dictionaries(st.text(max_size=3), st.integers()))
def test_the_hash_does_not_depend_on_any_order(tasks: Any, params: dict[str, int]) -> None:
    one = changed(SPEC, params=params)
    other = changed(SPEC, params=dict(reversed(params.items())), tasks=tuple(tasks))
    assert structure_hash(one) == structure_hash(other)


def test_a_new_dag_is_paused_as_it_or_the_installation_says(store: Store) -> None:
    def put(spec: DagSpec, paused_at_creation: bool) -> bool:
        loaded = Loaded(file=FileRef(path="/d.py", key="k"), dags=(encode(spec),))
        put = store.retrying(
            lambda tx: put_dag(
                tx, spec, loaded, None, now=NOW, paused_at_creation=paused_at_creation
            )
        )
        assert put is not None
        return put[1].paused

    assert put(make.dag(dag_id="one"), True) is True
    assert put(make.dag(dag_id="two"), False) is False
    assert put(make.dag(dag_id="three", is_paused_upon_creation=False), True) is False
    # Afterwards it is the person's word that counts.
    assert put(make.dag(dag_id="one"), False) is True


def test_tags_are_those_of_the_file(store: Store) -> None:
    home.put(store, changed(SPEC, tags=("x", "y", "x")))
    home.put(store, changed(SPEC, tags=("y", "z")), key="k2")
    assert {row.name for row in home.rows(store, dag_tag)} == {"y", "z"}


def test_a_dag_that_left_its_file_is_retired_and_may_come_back(store: Store) -> None:
    home.put(store, SPEC)
    store.retrying(lambda tx: deactivate(tx, ["d"]))
    with store.read() as tx:
        assert active_files(tx) == {}
        assert load_dags(tx, Versions()) == []
        assert [view.present for view in load_dags(tx, Versions(), ["d"])] == [False]
    home.put(store, SPEC)
    with store.read() as tx:
        assert active_files(tx) == {"/dags/d.py": {"d"}}
    assert versions_of(store) == 1


def test_a_deleted_dag_stays_hidden_while_nothing_its_file_depends_on_has_changed(
    store: Store,
) -> None:
    def read(key: str, stamp: str) -> bool:
        loaded = Loaded(
            file=FileRef(path="/d.py", key=key),
            dags=(encode(SPEC),),
            depends=(("/d.py", "1"), ("/conf.yaml", stamp)),
            open_because="the clock",
        )

        def body(tx: Tx) -> bool:
            put_file(tx, loaded, NOW)
            return put_dag(tx, SPEC, loaded, None, now=NOW, paused_at_creation=False) is not None

        return store.retrying(body)

    assert read("k1", "1")
    store.retrying(lambda tx: delete_dag(tx, "d", home.WHO))
    assert not read("k2", "1")  # read again by the clock, not because of an edit
    assert read("k3", "2")


def test_an_import_error_is_one_per_file_and_marks_its_dags(store: Store) -> None:
    home.put(store, SPEC)
    for text in ("first", "first", "second"):
        store.retrying(
            lambda tx, text=text: put_import_error(tx, "/dags/d.py", text, NOW)  # type: ignore[misc]
        )
    assert [row.stacktrace for row in home.rows(store, import_error)] == ["second"]
    assert home.rows(store, dag)[0].has_import_errors
    store.retrying(lambda tx: put_import_error(tx, "/dags/d.py", None, NOW))
    assert home.rows(store, import_error) == []
    assert not home.rows(store, dag)[0].has_import_errors


def test_a_file_that_is_gone_takes_its_error_with_it(store: Store) -> None:
    home.put(store, SPEC)
    store.retrying(lambda tx: put_import_error(tx, "/dags/d.py", "no", NOW))
    store.retrying(lambda tx: forget_file(tx, "/dags/d.py"))
    assert home.rows(store, import_error) == home.rows(store, dag_file) == []


def test_what_a_file_depends_on_is_kept(store: Store) -> None:
    loaded = Loaded(
        file=FileRef(path="/dags/" + "deep/" * 200 + "d.py", key="k"),
        depends=(("/dags/d.py", "1-2-3"), ("/dags/with ümlaut.yaml", "4-5-6")),
        open_because="the clock",
        seconds=0.25,
    )
    for _ in range(2):
        store.retrying(lambda tx: put_file(tx, loaded, NOW))
    (row,) = home.rows(store, dag_file)
    assert row.path == loaded.file.path
    assert [tuple(pair) for pair in json.loads(row.depends)] == list(loaded.depends)
    assert (row.open_because, row.parse_seconds) == ("the clock", 0.25)


def test_the_source_of_a_file_is_kept_once(store: Store) -> None:
    def put(text: str) -> str:
        return store.retrying(lambda tx: put_source(tx, "/d.py", text, NOW))

    assert put("a = 1") == put("a = 1") != put("b = '\udcff'")
    assert len(home.rows(store, dag_code)) == 2


def test_names_differ_by_case(store: Store) -> None:
    home.put(store, make.dag(make.task("a"), dag_id="Same"), path="/dags/1.py")
    home.put(store, make.dag(make.task("a"), dag_id="same"), path="/dags/2.py")
    assert {row.dag_id for row in home.rows(store, dag)} == {"Same", "same"}


def test_the_next_run_is_noted_when_a_dag_is_taken_in(store: Store) -> None:
    spec = make.dag(
        make.task("a"),
        timetable=CronInterval(expr="0 0 * * *"),
        start_date=NOW.replace(hour=0) - timedelta(days=3),
        catchup=True,
    )
    home.put(store, spec)

    def view(tx: Tx) -> Any:
        (found,) = load_dags(tx, Versions())
        return found

    next_run = store.retrying(view).next_run
    assert next_run is not None
    assert next_run.logical_date == NOW.replace(hour=0) - timedelta(days=3)
    assert next_run.run_after == NOW.replace(hour=0) - timedelta(days=2)
