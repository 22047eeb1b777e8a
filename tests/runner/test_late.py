"""Calls about SLAs and deadlines that were missed."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.runner.make import Task, dag_of
from tests.sdk_runtime.make import DAY, FakeClock, FakeComms, run
from venturi.core.messages import Call
from venturi.core.requests import GetStates
from venturi.runner.callbacks import run_callbacks
from venturi.sdk.deadline import (
    AsyncCallback,
    DeadlineAlert,
    DeadlineReference,
    SyncCallback,
)
from venturi.sdk.notifier import BaseNotifier

Option = Callable[[str, str, str], None]
SENT: list[tuple[Any, ...]] = []
HEARD: list[Any] = []


def backend(to: list[str], subject: str, html_content: str, **_: Any) -> None:
    SENT.append((to, subject, html_content))


@pytest.fixture(autouse=True)
def _forget() -> None:
    SENT.clear()
    HEARD.clear()


def call(kind: str, **fields: Any) -> Call:
    known = {"call_id": 1, "file": {"path": "x.py", "key": "1"}, "kind": kind, "dag_id": "d",
             "run": run(), "reason": "late", "at": DAY}  # fmt: skip
    return Call(**{**known, **fields})


def task(**values: Any) -> Task:
    made = Task(lambda context: None)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def told(dag: Any, message: Call, states: dict[str, Any] | None = None) -> str | None:
    comms = FakeComms()
    comms.answers[GetStates] = {"r1": states or {}}
    return run_callbacks(dag, message, comms, clock=FakeClock())


def test_sla_miss_callback_gets_its_five_values() -> None:
    dag = dag_of(task(), sla_miss_callback=lambda *values: HEARD.append(values))
    message = call("sla_miss", missed=("t",))
    assert told(dag, message, {"gone": "failed", "t": "running"}) is None
    ((got, tasks, blocking, slas, instances),) = HEARD
    assert got is dag
    assert tasks == f"t on {slas[0].execution_date}" == blocking
    assert [(sla.task_id, sla.dag_id, sla.timestamp) for sla in slas] == [("t", "d", DAY)]
    assert [(ti.task_id, ti.state) for ti in instances] == [("t", "running")]


def test_one_sla_callback_that_fails_does_not_keep_the_next_from_running() -> None:
    def broken(*_: Any) -> None:
        raise ValueError("no network")

    dag = dag_of(task(), sla_miss_callback=[broken, lambda *values: HEARD.append(values)])
    assert "no network" in str(told(dag, call("sla_miss", missed=("t",))))
    assert len(HEARD) == 1


def test_a_letter_goes_to_whom_the_late_tasks_name(option: Option) -> None:
    option("email", "email_backend", f"{__name__}.backend")
    dag = dag_of(task(email="a@b, c@d"))
    message = call("sla_miss", missed=("t",), callbacks=False, email=True)
    assert told(dag, message, {"t": "queued"}) is None
    ((to, subject, body),) = SENT
    assert (to, subject) == (["a@b", "c@d"], "[SLA missed] d: t")
    assert "t: queued" in body and "airflow why d" in body


def test_without_addresses_no_letter_is_written(option: Option) -> None:
    option("email", "email_backend", f"{__name__}.backend")
    message = call("sla_miss", missed=("t", "gone"), callbacks=False, email=True)
    assert told(dag_of(task()), message) is None
    assert SENT == []


# --- deadlines ------------------------------------------------------------------------------------


def heard(**kwargs: Any) -> None:
    HEARD.append(kwargs)


async def heard_later(**kwargs: Any) -> None:
    HEARD.append(kwargs)


def plain(text: str) -> None:
    HEARD.append(text)


class Telling(BaseNotifier):
    template_fields = ("text",)

    def __init__(self, text: str) -> None:
        super().__init__(text=text)
        self.text = text

    def notify(self, context: Any) -> None:
        HEARD.append(self.text)


def missed(callback: Any, **fields: Any) -> str | None:
    from datetime import timedelta

    alert = DeadlineAlert(
        DeadlineReference.DAGRUN_QUEUED_AT, timedelta(minutes=1), callback, name="soon"
    )
    dag = dag_of(task(), deadline=[alert])
    return told(dag, call("deadline", deadline_at=DAY, **fields))


@pytest.mark.parametrize("callback", [SyncCallback(heard), AsyncCallback(heard_later)])
def test_a_function_is_called_with_the_context(callback: Any) -> None:
    assert missed(callback) is None
    ((only),) = HEARD
    context = only["context"]
    assert context["dag_run"].run_id == "r1"
    assert context["deadline"]["deadline_time"] == DAY
    assert context["deadline"]["name"] == "soon"


def test_its_arguments_are_templates() -> None:
    text = "{{ dag_run.run_id }} by {{ deadline.name }}"
    assert missed(SyncCallback(f"{__name__}.plain", {"text": text})) is None
    assert HEARD == ["r1 by soon"]


def test_a_notifier_renders_its_own() -> None:
    assert missed(SyncCallback(Telling, {"text": "{{ dag_run.run_id }}"})) is None
    assert HEARD == ["r1"]


def test_what_cannot_be_called_is_said() -> None:
    assert "no_such" in str(missed(SyncCallback(f"{__name__}.no_such")))
    assert "no longer has the deadline" in str(missed(SyncCallback(heard), alert=3))
