"""Two people whose names and DAGs contain each other: neither hears of what is the other's."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from starlette.testclient import TestClient

from tests import make
from tests.security.conftest import ROOT, Site
from tests.services.mariadb import MariaDb
from tests.store.home import begun, execute, put, run
from venturi.api.auth.roles import permission_named
from venturi.api.table import ROUTES
from venturi.config import get_config
from venturi.config.urls import parse_database_url
from venturi.store.commands import users as commands
from venturi.store.engine import Store
from venturi.store.migrate import fill_defaults
from venturi.store.schema.all import metadata
from venturi.store.schema.dags import import_error
from venturi.store.schema.later import backfill
from venturi.store.schema.people import log, sla_miss
from venturi.store.schema.runs import deadline, rendered_fields, xcom

#: DAG -> its owner and the role it grants to. The ids are no words that occur by themselves.
DAGS = {
    "dag_a": ("admin", "team-a"),
    "dag_ab": ("notanadmin", "team-ab"),
    "_dag": ("dmin", "eam-a"),
    "xdag_a": ("Admin", "team-A"),
    "dag.a": ("admin2", "team-a2"),
    "dag a": ("admin ", "team-a "),
}
MINE = "dag_a"
#: What only the other DAGs say; each has its own.
SECRET = "tell-tale-of-{}"


def telltale(dag_id: str) -> str:
    return SECRET.format(re.sub(r"\W", "-", dag_id) + "-only")


def fill(site: Site, dag_id: str, owner: str, role: str) -> None:
    """A DAG of somebody with everything that a DAG can have."""
    tale = telltale(dag_id)
    spec = make.dag(
        make.task(f"task-{tale}", owner=owner),
        dag_id=dag_id,
        label=f"label {tale}",
        description=f"about {tale}",
        doc_md=tale,
        tags=(tale[:90],),
        access_control={role: ["can_read", "can_edit"]},
        params={"p": {"value": tale, "schema": {}, "description": None}},
    )
    path = f"/dags/{tale}.py"
    put(site.store, spec, path=path, key=f"key-{tale}")
    row_id = run(
        site.store, spec, f"run-{tale}", state="failed", instances={f"task-{tale}": begun()}
    )
    named = {"dag_id": dag_id, "run_id": f"run-{tale}", "task_id": f"task-{tale}"}
    with site.store.write() as tx:
        tx.execute(insert(import_error).values(filename=path, stacktrace=f"boom {tale}"))
        tx.execute(insert(log).values(event="x", dttm=make.NOW, extra=tale, **named))
        tx.execute(
            insert(xcom).values(
                key=f"key-{tale}",
                value=json.dumps(tale),
                timestamp=make.NOW,
                map_index=-1,
                **named,
            )
        )
        tx.execute(
            insert(backfill).values(
                dag_id=dag_id,
                from_date=make.NOW,
                to_date=make.NOW,
                dag_run_conf=json.dumps({"tale": tale}),
                is_paused=False,
                reprocess_behavior="none",
                max_active_runs=1,
                run_backwards=False,
                created_at=make.NOW,
                updated_at=make.NOW,
                triggering_user_name=owner,
            )
        )
        tx.execute(
            insert(sla_miss).values(
                dag_id=dag_id,
                task_id=f"task-{tale}",
                execution_date=make.NOW,
                timestamp=make.NOW,
            )
        )
        tx.execute(
            insert(deadline).values(
                dagrun_id=row_id,
                dag_id=dag_id,
                alert=0,
                name=f"deadline {tale}",
                deadline_time=make.NOW,
                created_at=make.NOW,
            )
        )
        instance = tx.exec_driver_sql(
            f"SELECT id FROM task_instance WHERE dagrun_id = {row_id}"
        ).scalar_one()
        tx.execute(
            insert(rendered_fields).values(
                task_instance_id=instance,
                map_index=-1,
                rendered_fields=json.dumps({"bash_command": tale}),
                **named,
            )
        )
    folder = site.home / "logs" / f"dag_id={dag_id}"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "a.log").write_text(tale)


@pytest.fixture
def filled(site: Site) -> Site:
    """Five DAGs of five people."""
    for dag_id, (owner, role) in DAGS.items():
        fill(site, dag_id, owner, role)
    execute(site.store, insert(log).values(event="cli", dttm=make.NOW, extra="tell-tale-of-nobody"))
    return site


#: Who may see `dag_a` and nothing else, and why.
KINDS = {"by owner": {"WEBSERVER__FILTER_BY_OWNER": "True"}, "by access_control": {}}


@pytest.fixture(params=KINDS)
def settings(request: pytest.FixtureRequest) -> dict[str, str]:
    """How DAGs are told apart."""
    return KINDS[request.param]


@pytest.fixture
def mine(filled: Site, settings: dict[str, str]) -> TestClient:
    """A browser of the one who may see `dag_a`."""
    if settings:
        filled.user("admin", "Op")
    else:
        rights = [
            ("DAG Runs", "can_read"),
            ("Task Instances", "can_read"),
            ("Audit Logs", "can_read"),
            ("ImportError", "can_read"),
            ("XComs", "can_read"),
            ("Jobs", "can_read"),
            ("Pools", "can_read"),
        ]
        named = [permission_named(*each) for each in rights]

        def body(tx: Any) -> None:
            commands.create_role(tx, "team-a", ROOT)
            commands.permit(tx, "team-a", [each for each in named if each], ROOT)

        filled.store.retrying(body)
        filled.user("admin", "team-a")
    return filled.signed_in("admin")


def paths(dag_id: str) -> Iterator[tuple[str, str]]:
    """Each GET route with a DAG's own values in it: its pattern and an address."""
    tale = telltale(dag_id)
    values = {
        "dag_id": dag_id,
        "dag_run_id": f"run-{tale}",
        "run_id": f"run-{tale}",
        "task_id": f"task-{tale}",
        "xcom_key": f"key-{tale}",
        "map_index": "-1",
        "task_try_number": "1",
        "try_number": "1",
        "version_number": "1",
    }
    for route in ROUTES:
        if route.method != "GET" or "events" in route.path or "/auth/" in route.path:
            continue

        def value(match: re.Match[str]) -> str:
            return values.get(match[1], "1")

        query = "?interval=1" if route.path.endswith("/wait") else ""
        yield route.path, re.sub(r"{(\w+)(?::\w+)?}", value, route.path) + query


def leaks(text: str, asked: str = "") -> list[str]:
    """The DAGs of others that an answer tells of, beyond what was asked for."""
    foreign = [dag_id for dag_id in DAGS if dag_id != MINE]
    found = [dag_id for dag_id in foreign if telltale(dag_id) in text.replace(asked or "\0", "")]
    words = set(re.findall(r'"dag_id": ?"([^"]*)"', text))
    return found + [word for word in words if word in foreign and word != asked]


def everything(client: TestClient, dag_id: str) -> Iterator[tuple[str, Any]]:
    for pattern, path in paths(dag_id):
        yield pattern, client.get(path)


def test_what_is_mine_is_there(mine: TestClient) -> None:
    seen = {p for p, answer in everything(mine, MINE) if telltale(MINE) in answer.text}
    assert {
        "/api/v2/dags",
        "/api/v2/dags/{dag_id}",
        "/api/v2/dags/{dag_id}/details",
        "/api/v2/dagTags",
        "/api/v2/dags/{dag_id}/dagRuns",
        "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances",
        "/api/v2/dags/{dag_id}/dagRuns/{dag_run_id}/taskInstances/{task_id}/xcomEntries",
        "/api/v2/importErrors",
        "/api/v2/eventLogs",
    } <= seen


@pytest.mark.parametrize("dag_id", ["~", *DAGS])
def test_no_answer_tells_of_what_is_anothers(mine: TestClient, dag_id: str) -> None:
    for pattern, answer in everything(mine, dag_id):
        assert answer.status_code < 500, (pattern, answer.text)
        said = answer.text + str(answer.headers)
        asked = telltale(dag_id) if dag_id != MINE else ""
        assert leaks(said, asked) == [], (pattern, said[:500])
        if dag_id not in {MINE, "~"} and "{dag_id}" in pattern:
            assert answer.status_code in {403, 404}, pattern


def test_the_net_would_catch_a_leak(filled: Site) -> None:
    """Who may see all does: so the questions above are ones that could be answered too well."""
    filled.user("root", "Admin")
    client = filled.signed_in("root")
    caught = {pattern for pattern, answer in everything(client, "~") if leaks(answer.text)}
    assert {"/api/v2/dags", "/api/v2/dags/{dag_id}/dagRuns", "/api/v2/eventLogs"} <= caught
    assert {"/api/v2/importErrors", "/api/v2/dagTags", "/api/v2/dagStats"} <= caught


#: Searches that try to widen what is seen.
SEARCHES = [
    ("dags", {"dag_id_pattern": "%"}),
    ("dags", {"dag_id_pattern": "dag"}),
    ("dags", {"owners": "notanadmin"}),
    ("dags", {"tags": telltale("dag_ab")[:90]}),
    ("dags", {"exclude_stale": "false"}),
    ("dags", {"last_dag_run_state": "failed"}),
    ("dagTags", {"tag_name_pattern": "%"}),
    ("dagStats", {"dag_ids": "dag_ab"}),
    ("dags/~/dagRuns", {"state": "failed"}),
    ("dags/~/dagRuns", {"order_by": "-run_after"}),
    ("dags/~/dagRuns/~/taskInstances", {"limit": "1000"}),
    ("eventLogs", {"dag_id": "dag_ab"}),
    ("eventLogs", {"owner": "notanadmin"}),
    ("importErrors", {"filename_pattern": "%"}),
    ("backfills", {"dag_id": "dag_ab"}),
]


@pytest.mark.parametrize(("path", "query"), SEARCHES)
def test_no_search_widens_what_is_seen(mine: TestClient, path: str, query: dict[str, str]) -> None:
    answer = mine.get(f"/api/v2/{path}", params=query)
    assert leaks(answer.text) == []
    if answer.status_code == 200 and "total_entries" in answer.json():
        assert answer.json()["total_entries"] <= 1


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("dags/~/dagRuns/list", {"dag_ids": ["dag_ab", "_dag"]}),
        ("dags/~/dagRuns/list", {}),
        ("dags/~/dagRuns/~/taskInstances/list", {"dag_ids": ["dag_ab"]}),
        ("dags/~/dagRuns/~/taskInstances/list", {}),
    ],
)
def test_no_batch_widens_what_is_seen(mine: TestClient, path: str, body: dict[str, Any]) -> None:
    answer = mine.post(f"/api/v2/{path}", json=body)
    assert answer.status_code == 200
    assert leaks(answer.text) == []
    assert answer.json()["total_entries"] == (0 if body else 1)


@pytest.mark.parametrize("by_owner", [True, False])
@pytest.mark.parametrize("settings", [{}])
def test_on_a_server_names_are_told_apart_as_well(
    mariadb: MariaDb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_owner: bool
) -> None:
    """MariaDB finds that `admin`, `ADMIN` and `admin ` are much the same."""
    monkeypatch.setenv("AIRFLOW__WEBSERVER__FILTER_BY_OWNER", str(by_owner))
    get_config.cache_clear()
    with mariadb.database("tenants") as url:
        store = Store(parse_database_url(url).url)
        with store.write() as tx:
            metadata.create_all(tx)
            fill_defaults(tx)
        site = Site(tmp_path, store)
        for dag_id, (owner, role) in DAGS.items():
            fill(site, dag_id, owner, role)
        store.retrying(lambda tx: commands.create_role(tx, "team-a", ROOT))
        site.user("admin", "Op" if by_owner else "team-a")
        client = site.signed_in("admin")
        (mine,) = client.get("/api/v2/dags").json()["dags"]
        assert mine["dag_id"] == MINE
        for dag_id in ("~", *DAGS):
            asked = telltale(dag_id) if dag_id != MINE else ""
            for pattern, answer in everything(client, dag_id):
                assert answer.status_code < 500, (pattern, answer.text)
                assert leaks(answer.text, asked) == [], pattern
        store.close()


def test_nothing_of_anothers_can_be_changed(mine: TestClient, filled: Site) -> None:
    tale = telltale("dag_ab")
    root = "/api/v2/dags/dag_ab"
    of_run = f"{root}/dagRuns/run-{tale}"
    tries = [
        mine.patch(root, json={"is_paused": True}),
        mine.delete(root),
        mine.post(f"{root}/dagRuns", json={"logical_date": None}),
        mine.patch(of_run, json={"state": "success"}),
        mine.delete(of_run),
        mine.post(f"{of_run}/clear", json={"dry_run": False}),
        mine.post(f"{root}/clearTaskInstances", json={"dry_run": False}),
        mine.patch(f"{of_run}/taskInstances/task-{tale}", json={"new_state": "success"}),
        mine.delete(f"{of_run}/taskInstances/task-{tale}/xcomEntries/key-{tale}"),
    ]
    assert {answer.status_code for answer in tries} <= {403, 404}
    assert mine.patch("/api/v2/dags", json={"is_paused": True}).status_code == 200
    filled.user("root", "Admin")
    root_sees = filled.signed_in("root").get("/api/v2/dags").json()["dags"]
    assert {row["dag_id"] for row in root_sees if row["is_paused"]} == {MINE}


def test_who_has_no_dag_at_all_is_told_nothing(filled: Site) -> None:
    filled.user("stranger", "Public")
    client = filled.signed_in("stranger")
    for dag_id in ("~", *DAGS):
        for pattern, answer in everything(client, dag_id):
            assert leaks(answer.text, telltale(dag_id)) == [], pattern
            assert telltale(MINE) not in answer.text.replace(telltale(dag_id), ""), pattern


def test_a_wrong_name_is_not_answered_with_anothers(mine: TestClient) -> None:
    answer = mine.get("/api/v2/dags/dag_abc")
    assert answer.status_code == 404
    assert "dag_ab'" not in answer.text
    assert "dag_a'" in answer.text  # one's own is a fair hint


@pytest.mark.parametrize("settings", [{}])
def test_a_right_to_change_is_none_to_make_or_delete_in_bulk(filled: Site) -> None:
    rights = [("Pools", "can_read"), ("Pools", "can_edit")]

    def body(tx: Any) -> None:
        commands.create_role(tx, "team-a", ROOT)
        named = [permission_named(*each) for each in rights]
        commands.permit(tx, "team-a", [each for each in named if each], ROOT)

    filled.store.retrying(body)
    filled.user("ed", "team-a")
    client = filled.signed_in("ed")
    pool = {"name": "p", "slots": 1, "description": "", "include_deferred": False}
    for action, names in (("create", [pool]), ("delete", ["default_pool"])):
        told = client.patch(
            "/api/v2/pools", json={"actions": [{"action": action, "entities": names}]}
        )
        assert told.status_code == 200
        (problem,) = told.json()[action]["errors"]
        assert problem["status_code"] == 403
    # Its DAG lets the role edit, and by that delete runs; the DAG itself it does not.
    tale = telltale(MINE)
    gone = client.patch(
        "/api/v2/dags/~/dagRuns",
        json={
            "actions": [
                {"action": "delete", "entities": [{"dag_id": MINE, "dag_run_id": f"run-{tale}"}]},
                {
                    "action": "delete",
                    "entities": [{"dag_id": "dag_ab", "dag_run_id": f"run-{telltale('dag_ab')}"}],
                },
            ]
        },
    ).json()["delete"]
    assert gone["success"] == [f"{MINE}.run-{tale}"]
    assert [each["status_code"] for each in gone["errors"]] == [404]
    assert client.delete(f"/api/v2/dags/{MINE}").status_code == 403
