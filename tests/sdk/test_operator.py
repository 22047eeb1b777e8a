"""Operators: their arguments, arrows and groups."""

import copy
import warnings
from datetime import datetime, timedelta
from types import ModuleType
from typing import Any

import pytest

from venturi.batteries.operators.bash import BashOperator
from venturi.batteries.operators.empty import EmptyOperator
from venturi.core.errors import InvalidInput
from venturi.sdk.dag import DAG
from venturi.sdk.edges import Label, chain, chain_linear, cross_downstream
from venturi.sdk.exceptions import (
    AirflowException,
    DuplicateTaskIdFound,
    TaskDeferred,
    UnknownArgumentWarning,
)
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.operator import BaseOperator
from venturi.sdk.taskgroup import TaskGroup
from venturi.sdk.weight import PriorityWeightStrategy
from venturi.spec.model import Era, TriggerRule, WeightRule


class Copier(BaseOperator):
    """An operator as authors write them."""

    template_fields = ("source",)

    def __init__(self, source: str, target: str = "there", *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source, self.target = source, target


class Fixed(Copier):
    """One that says some arguments itself."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(source="here", retries=9, **kwargs)


def edges(dag: DAG) -> set[str]:
    """All arrows of a DAG."""
    return {f"{up}>{task.task_id}" for task in dag.tasks for up in task.upstream_task_ids}


def test_default_args_reach_the_arguments_of_subclasses_and_explicit_ones_win() -> None:
    with DAG("a", default_args={"source": "s", "target": "t", "retries": 4, "unknown": 1}):
        from_defaults = Copier(task_id="x")  # type: ignore[call-arg]
        explicit = Copier(task_id="y", source="mine", default_args={"target": "own"})
        fixed = Fixed(task_id="z")
    assert (from_defaults.source, from_defaults.target, from_defaults.retries) == ("s", "t", 4)
    assert (explicit.source, explicit.target, explicit.retries) == ("mine", "own", 4)
    assert (fixed.source, fixed.retries) == ("here", 9)


def test_groups_default_args_stand_between_the_dags_and_the_tasks() -> None:
    with DAG("a", default_args={"retries": 1, "pool": "p"}):
        with (
            TaskGroup("outer", default_args={"retries": 2, "queue": "q"}),
            TaskGroup("inner", default_args={"retries": 3}),
        ):
            x = BaseOperator(task_id="x")
        y = BaseOperator(task_id="y")
    assert (x.retries, x.queue, x.pool) == (3, "q", "p")
    assert (y.retries, y.queue) == (1, "default")


def test_params_of_dag_defaults_and_task_are_merged() -> None:
    with DAG("a", params={"one": 1, "two": 2}, default_args={"params": {"three": 3}}) as dag:
        x = BaseOperator(task_id="x", params={"two": "zwei"})
    assert dict(x.params) == {"one": 1, "two": "zwei", "three": 3}
    assert dict(dag.params) == {"one": 1, "two": 2, "three": 3}


def test_a_missing_argument_is_named_with_the_place() -> None:
    with pytest.raises(TypeError, match=r"Copier \(task_id 'x'\) at .*py:\d+ needs .* source\."):
        Copier(task_id="x")  # type: ignore[call-arg]


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(TypeError, match="keyword arguments only"):
        Copier("here", task_id="x")


def test_unknown_arguments_are_an_error_today_and_a_warning_in_1x_files() -> None:
    with DAG("a"), pytest.raises(TypeError, match=r"does not know the arguments: wrong"):
        BaseOperator(task_id="x", wrong=1)
    module = ModuleType("old_file")
    module.__dict__["__venturi_era__"] = Era.V1
    source = (
        "from venturi.batteries.operators.bash import BashOperator\n"
        "from venturi.sdk.dag import DAG\n"
        "d = DAG('a')\n"
        "t = BashOperator(task_id='x', bash_command='y', wrong=1, dag=d)\n"
    )
    with pytest.warns(UnknownArgumentWarning, match="wrong"):
        exec(compile(source, "old_file.py", "exec"), module.__dict__)
    assert module.d.task_ids == ["x"]


def test_arguments_that_1x_knew_are_translated() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        x = BaseOperator(
            task_id="x", task_concurrency=2, adhoc=True, schedule_interval="@daily", xcom_push=False
        )
    assert x.max_active_tis_per_dag == 2
    assert x.do_xcom_push is False


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"pool_slots": 0}, "pool_slots.*at least 1"),
        ({"trigger_rule": "sometimes"}, "no trigger rule 'sometimes'"),
        ({"weight_rule": "heavy"}, "no weight rule 'heavy'"),
        ({"retry_delay": "5m"}, "retry_delay.*'x'"),
        ({"retries": "many"}, "retries.*whole number"),
        ({"priority_weight": "high"}, "priority_weight"),
        ({"start_date": "yesterdayish"}, "start_date"),
    ],
)
def test_values_that_cannot_be_used_are_refused_naming_the_field(
    arguments: dict[str, Any], words: str
) -> None:
    with pytest.raises(InvalidInput, match=words):
        BaseOperator(task_id="x", **arguments)


@pytest.mark.parametrize("task_id", ["", "two words", "a/b"])
def test_a_task_id_that_cannot_be_used_is_refused(task_id: str) -> None:
    with pytest.raises(InvalidInput, match="Task id"):
        BaseOperator(task_id=task_id)


def test_old_names_of_trigger_rules_are_known() -> None:
    found = [
        BaseOperator(task_id="x", trigger_rule=each).trigger_rule
        for each in ("dummy", "none_failed_or_skipped", TriggerRule.ONE_DONE)
    ]
    assert found == [
        TriggerRule.ALWAYS,
        TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS,
        TriggerRule.ONE_DONE,
    ]


def test_arrows_join_tasks_lists_and_return_their_right_side() -> None:
    with DAG("a") as dag:
        a, b, c, d = (BaseOperator(task_id=each) for each in "abcd")
        assert (a >> [b, c]) == [b, c]
        [b, c] >> d
        d << a
        a.set_downstream([d])
    assert edges(dag) == {"a>b", "a>c", "b>d", "c>d", "a>d"}


def test_arrows_to_anything_else_are_refused() -> None:
    with DAG("a"):
        a = BaseOperator(task_id="a")
        with pytest.raises(AirflowException, match="'b'"):
            a >> "b"


def test_an_operator_without_dag_joins_that_of_its_neighbour() -> None:
    with DAG("a") as dag:
        a = BaseOperator(task_id="a")
    b = BaseOperator(task_id="b")
    a >> b
    assert b.dag is dag
    with pytest.raises(AirflowException, match="in a DAG"):
        BaseOperator(task_id="c") >> BaseOperator(task_id="d")


def test_labels_stand_on_the_edges_they_were_drawn_on() -> None:
    with DAG("a") as dag:
        a, b, c, d = (BaseOperator(task_id=each) for each in "abcd")
        a >> Label("good") >> [b, c]
        d << Label("bad") << a
    found = {(e.upstream, e.downstream): e.label for e in freeze_dag(dag).edge_labels}
    assert found == {("a", "b"): "good", ("a", "c"): "good", ("a", "d"): "bad"}
    assert edges(dag) == {"a>b", "a>c", "a>d"}


def test_chain_and_its_kin() -> None:
    def drawn(draw: Any) -> set[str]:
        with DAG("a") as dag:
            draw({each: BaseOperator(task_id=each) for each in "abcdef"})
        return edges(dag)

    assert drawn(lambda t: chain(t["a"], [t["b"], t["c"]], [t["d"], t["e"]], t["f"])) == {
        "a>b", "a>c", "b>d", "c>e", "d>f", "e>f",
    }  # fmt: skip
    assert drawn(lambda t: chain_linear(t["a"], [t["b"], t["c"]], [t["d"], t["e"]])) == {
        "a>b", "a>c", "b>d", "b>e", "c>d", "c>e",
    }  # fmt: skip
    assert drawn(lambda t: cross_downstream([t["a"], t["b"]], [t["c"], t["d"]])) == {
        "a>c", "a>d", "b>c", "b>d",
    }  # fmt: skip
    with pytest.raises(AirflowException, match="equally long"):
        drawn(lambda t: chain([t["a"]], [t["b"], t["c"]]))


def test_group_ids_stand_before_those_of_their_tasks_unless_told_not_to() -> None:
    with DAG("a") as dag, TaskGroup("g"):
        BaseOperator(task_id="x")
        with TaskGroup("h", prefix_group_id=False):
            BaseOperator(task_id="y")
        with TaskGroup("i"):
            BaseOperator(task_id="z")
    assert dag.task_ids == ["g.x", "g.y", "g.i.z"]
    spec = freeze_dag(dag)
    assert {(g.group_id, g.parent) for g in spec.groups} == {
        ("g", None), ("g.h", "g"), ("g.i", "g"),
    }  # fmt: skip
    assert [task.group for task in spec.tasks] == ["g", "g.h", "g.i"]


def test_arrows_between_groups_join_their_leaves_and_roots() -> None:
    with DAG("a") as dag:
        with TaskGroup("g") as g:
            BaseOperator(task_id="x") >> BaseOperator(task_id="y")
        with TaskGroup("h") as h:
            BaseOperator(task_id="z")
        g >> h >> BaseOperator(task_id="end")
    assert edges(dag) == {"g.x>g.y", "g.y>h.z", "h.z>end"}


def test_an_arrow_out_of_a_group_starts_before_its_teardown() -> None:
    with DAG("a") as dag:
        with TaskGroup("g") as g:
            setup = BaseOperator(task_id="s").as_setup()
            (
                setup
                >> BaseOperator(task_id="w")
                >> BaseOperator(task_id="t").as_teardown(setups=setup)
            )
        g >> BaseOperator(task_id="end")
    assert edges(dag) == {"g.s>g.w", "g.w>g.t", "g.s>g.t", "g.w>end"}


def test_ids_of_groups_are_unique_and_may_get_a_number() -> None:
    with DAG("a") as dag:
        TaskGroup("g")
        with pytest.raises(DuplicateTaskIdFound, match="'g'"):
            TaskGroup("g")
        TaskGroup("g", add_suffix_on_collision=True)
        TaskGroup("g", add_suffix_on_collision=True)
        with pytest.raises(DuplicateTaskIdFound):
            BaseOperator(task_id="g")
    assert set(dag.task_group_dict) == {"g", "g__1", "g__2"}


def test_a_group_shares_retries_and_refuses_what_it_does_not_know() -> None:
    with DAG("a"):
        with TaskGroup("g", retries=4):
            assert BaseOperator(task_id="x").retries == 4
        with pytest.raises(TypeError, match="tooltipp"):
            TaskGroup("h", tooltipp="typo")


def test_a_setups_block_puts_work_between_setup_and_teardown() -> None:
    with DAG("a") as dag:
        setup = BaseOperator(task_id="s")
        teardown = BaseOperator(task_id="t").as_teardown(setups=setup)
        with teardown:
            BaseOperator(task_id="w1") >> BaseOperator(task_id="w2")
    assert edges(dag) == {"s>t", "s>w1", "w1>w2", "w2>t"}
    spec = {task.task_id: task for task in freeze_dag(dag).tasks}
    assert (spec["s"].is_setup, spec["t"].is_teardown) == (True, True)
    assert spec["t"].trigger_rule is TriggerRule.ALL_DONE_SETUP_SUCCESS


def test_only_setups_and_teardowns_open_a_block() -> None:
    with DAG("a"):
        plain = BaseOperator(task_id="x")
        with pytest.raises(AirflowException, match=r"neither"), plain:
            pass


def test_an_empty_task_needs_no_process_unless_somebody_listens() -> None:
    with DAG("a") as dag:
        EmptyOperator(task_id="quiet")
        EmptyOperator(task_id="heard", on_success_callback=print)
        BashOperator(task_id="works", bash_command="true")
    found = {task.task_id: task.is_empty for task in freeze_dag(dag).tasks}
    assert found == {"quiet": True, "heard": False, "works": False}


def test_numbers_are_frozen_as_the_engine_reads_them() -> None:
    class Heavy(PriorityWeightStrategy):
        def get_weight(self, ti: Any) -> int:
            return 10 * int(ti.task.retries)

    with DAG("a") as dag:
        BaseOperator(
            task_id="x",
            retries=3,
            retry_delay=60,
            retry_exponential_backoff=True,
            max_retry_delay=timedelta(hours=1),
            execution_timeout=timedelta(minutes=2),
            weight_rule=Heavy(),
            wait_for_downstream=True,
            email="a@example.org; b@example.org",
            start_date=datetime(2026, 1, 1),
            doc_md="words",
            run_as_user="someone",
            executor_config={"memory": 1},
        )
    (task,) = freeze_dag(dag).tasks
    assert (task.retry_delay, task.retry_multiplier, task.max_retry_delay) == (60.0, 2.0, 3600.0)
    assert (task.execution_timeout, task.depends_on_past) == (120.0, True)
    assert (task.weight_rule, task.priority_weight) == (WeightRule.CUSTOM, 30)
    assert task.email is not None and task.email.to == ("a@example.org", "b@example.org")
    assert task.recorded == {"run_as_user": "someone", "executor_config": {"memory": 1}}


def test_deferring_leaves_with_what_is_needed_to_come_back() -> None:
    with pytest.raises(TaskDeferred) as found:
        BaseOperator(task_id="x").defer(trigger="t", method_name="go_on", timeout=30)
    assert (found.value.method_name, found.value.timeout) == ("go_on", timedelta(seconds=30))


def test_a_copied_operator_is_its_own() -> None:
    with DAG("a"):
        x = BashOperator(task_id="x", bash_command="y", env={"k": "v"})
    twin = copy.deepcopy(x)
    assert twin.env is not None
    twin.env["k"] = "other"
    assert x.env == {"k": "v"}
    assert twin.dag is not x.dag
