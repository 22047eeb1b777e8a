"""TaskFlow: functions as tasks and groups, mapped over results."""

# The tasks of these files have no bodies and, being decorated, no types.
# mypy: disable-error-code="untyped-decorator,empty-body"

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any, TypedDict

import pytest

from venturi.batteries.operators.bash import BashOperator
from venturi.core.errors import InvalidInput
from venturi.sdk.dag import DAG
from venturi.sdk.exceptions import AirflowException, AirflowSkipException, XComNotFound
from venturi.sdk.freeze import freeze_dag
from venturi.sdk.mapping import MappedOperator
from venturi.sdk.operator import BaseOperator
from venturi.sdk.taskflow.groups import task_group
from venturi.sdk.taskflow.setup import setup, teardown
from venturi.sdk.taskflow.task import task
from venturi.sdk.xcomarg import XComArg
from venturi.spec.model import MapSource, TaskSpec, XComSource


class Pulled:
    """A task instance that finds these XComs."""

    def __init__(self, found: Mapping[tuple[str, str], Any], map_index: int = -1) -> None:
        self.found, self.map_index, self.dag_id, self.task = found, map_index, "a", None
        self.asked: list[Any] = []

    def xcom_pull(self, task_ids: str, key: str, default: Any, **more: Any) -> Any:
        self.asked.append((task_ids, key, more))
        return self.found.get((task_ids, key), default)


def context(map_index: int = -1, **found: Any) -> dict[str, Any]:
    """The context of an instance, with results by task id."""
    return {"ti": Pulled({(k, "return_value"): v for k, v in found.items()}, map_index)}


def frozen(dag: DAG) -> dict[str, TaskSpec]:
    return {each.task_id: each for each in freeze_dag(dag).tasks}


def test_passing_a_result_makes_the_second_task_wait_for_the_first() -> None:
    with DAG("a") as dag:

        @task
        def one() -> int: ...

        @task
        def two(deep: Any) -> None: ...

        two({"in": [one()]})
    spec = frozen(dag)["two"]
    assert (spec.upstream, spec.reads, spec.operator) == (("one",), ("one",), "@task")


def test_an_operators_output_is_an_argument_of_others() -> None:
    with DAG("a") as dag:
        a = BashOperator(task_id="a", bash_command="x")
        command: Any = a.output["other"]
        BashOperator(task_id="b", bash_command=command, env={"k": XComArg(a)})
    assert frozen(dag)["b"].upstream == ("a",)


def test_calling_twice_makes_two_tasks() -> None:
    with DAG("a") as dag:

        @task
        def again(x: int) -> None: ...

        again(1), again(2), again.override(task_id="named", retries=5)(3)
    assert dag.task_ids == ["again", "again__1", "named"]
    assert dag.get_task("named").retries == 5  # type: ignore[attr-defined]


def test_an_annotation_of_a_dict_means_several_xcoms_unless_said_otherwise() -> None:
    class Shape(TypedDict):
        x: int

    with DAG("a") as dag:

        @task
        def plain() -> int: ...

        @task
        def mapping() -> dict[str, int]: ...

        @task
        def typed() -> Shape: ...

        @task(multiple_outputs=False)
        def refused() -> dict[str, int]: ...

        @task.branch
        def branch() -> dict[str, int]: ...

        for each in (plain, mapping, typed, refused, branch):
            each()
    found = {name: spec.multiple_outputs for name, spec in frozen(dag).items()}
    assert found == {
        "plain": False, "mapping": True, "typed": True, "refused": False, "branch": False,
    }  # fmt: skip


def test_arguments_that_do_not_fit_the_function_are_refused_when_it_is_called() -> None:
    with DAG("a"):

        @task
        def wants(x: int, ti: Any, *, ds: Any) -> None: ...

        wants(1)
        with pytest.raises(TypeError, match=r"wants\(\).*'x'"):
            wants()
        with pytest.raises(TypeError, match=r"wants\(\).*'y'"):
            wants(1, y=2)


def test_every_built_in_kind_makes_a_task_of_its_operator() -> None:
    kinds = ("python", "branch", "short_circuit", "sensor", "bash")
    with DAG("a") as dag:
        for kind in kinds:

            def body() -> str: ...

            getattr(task, kind)(task_id=kind)(body)()

        @task.stub
        def elsewhere() -> None: ...

        elsewhere()
    spec = frozen(dag)
    assert [spec[each].operator for each in kinds] == [
        "@task", "@task.branch", "@task.short_circuit", "@task.sensor", "@task.bash",
    ]  # fmt: skip
    assert [spec[each].can_skip for each in kinds] == [False, True, True, False, False]
    assert spec["sensor"].is_sensor


def test_a_kind_that_nobody_brings_says_so() -> None:
    with pytest.raises(AttributeError, match=r"no @task\.docker: no installed provider"):
        task.docker  # noqa: B018


def test_a_stub_with_a_body_is_refused() -> None:
    with DAG("a"):

        @task.stub
        def works() -> int:
            return 1

        with pytest.raises(AirflowException, match="empty body"):
            works()


def test_a_bash_function_runs_the_command_it_returns() -> None:
    with DAG("a") as dag:

        @task.bash
        def command(word: str) -> str:
            return f"echo {word}"

        command("hello")
    found: Any = dag.get_task("command")
    ran: list[str] = []

    def run(args: list[str], **_: Any) -> SimpleNamespace:
        ran.append(args[-1])
        return SimpleNamespace(exit_code=0, output="done")

    found.subprocess_hook = SimpleNamespace(run_command=run, last_lines=[])
    found.get_env = lambda _: {}
    assert found.execute({}) == "done"
    assert ran == ["echo hello"]


def test_conditions_skip_before_the_task_runs() -> None:
    with DAG("a") as dag:

        @task.run_if(lambda context: context["go"], skip_message="not today")
        @task
        def guarded() -> None: ...

        @task.skip_if(lambda context: (context["stop"], "told to"))
        @task
        def stopped() -> None: ...

        guarded(), stopped()
    one: Any = dag.get_task("guarded")
    two: Any = dag.get_task("stopped")
    one.pre_execute({"go": True})
    two.pre_execute({"stop": False})
    with pytest.raises(AirflowSkipException, match="not today"):
        one.pre_execute({"go": False})
    with pytest.raises(AirflowSkipException, match="told to"):
        two.pre_execute({"stop": True})


def test_setup_and_teardown_functions_are_marked() -> None:
    with DAG("a") as dag:

        @setup
        def ready() -> None: ...

        @task
        def work() -> None: ...

        @teardown(on_failure_fail_dagrun=True)
        def clean() -> None: ...

        up, down = ready(), clean()
        up >> down
        with down:
            work()
    spec = frozen(dag)
    assert spec["ready"].is_setup and spec["clean"].is_teardown
    assert spec["clean"].on_failure_fail_dagrun
    assert (spec["work"].upstream, spec["clean"].upstream) == (("ready",), ("ready", "work"))


# --- mapping -----------------------------------------------------------------------------------


def mapped(dag: DAG, task_id: str) -> MappedOperator:
    found = dag.get_task(task_id)
    assert isinstance(found, MappedOperator)
    return found


def test_literal_and_result_sources_are_frozen_for_counting() -> None:
    with DAG("a") as dag:
        up = BashOperator(task_id="up", bash_command="x")
        other = BashOperator(task_id="other", bash_command="x")
        BashOperator.partial(task_id="m", env={"k": up.output}).expand(
            bash_command=up.output["list"].zip(other.output), cwd=["/", "/tmp"]
        )
    spec = frozen(dag)["m"]
    assert spec.upstream == ("other", "up")
    assert spec.mapped is not None
    assert spec.mapped.sources == (
        MapSource(
            argument="bash_command",
            how="zip",
            xcoms=(XComSource(task_id="up", key="list"), XComSource(task_id="other")),
        ),
        MapSource(argument="cwd", length=2),
    )


def test_instances_take_their_arguments_row_by_row() -> None:
    with DAG("a") as dag:
        up = BashOperator(task_id="up", bash_command="x")
        BashOperator.partial(task_id="m", retries=2).expand(
            bash_command=up.output, cwd=["/a", "/b", "/c"]
        )
    found = mapped(dag, "m")
    made = [found.unmap_for(context(index, up=["x", "y"])) for index in range(6)]
    assert [(each.bash_command, each.cwd) for each in made] == [  # type: ignore[attr-defined]
        ("x", "/a"), ("x", "/b"), ("x", "/c"), ("y", "/a"), ("y", "/b"), ("y", "/c"),
    ]  # fmt: skip
    assert isinstance(made[0], BashOperator)
    assert (made[0].task_id, made[0].retries, made[0].dag) == ("m", 2, dag)
    assert dag.task_dict["m"] is found
    with pytest.raises(AirflowException, match="no instance 6"):
        found.unmap_for(context(6, up=["x", "y"]))


def test_a_dict_is_expanded_into_its_pairs() -> None:
    with DAG("a") as dag:

        @task
        def show(pair: Any) -> None: ...

        show.expand(pair={"a": 1, "b": 2})
    assert mapped(dag, "show").expand_input.resolve(1, context()) == {"pair": ("b", 2)}


def test_map_zip_and_concat_shape_what_is_expanded_over() -> None:
    with DAG("a"):
        one = XComArg(BaseOperator(task_id="one"))
        two = XComArg(BaseOperator(task_id="two"))
        found = context(one=[1, 2, 3], two=["a"])
        assert list(one.map(lambda n: n * 10).map(str).resolve(found)) == ["10", "20", "30"]
        assert one.zip(two).resolve(found) == [(1, "a")]
        assert one.zip(two, fillvalue=0).resolve(found) == [(1, "a"), (2, 0), (3, 0)]
        assert one.concat(two).resolve(found) == [1, 2, 3, "a"]


def test_map_calls_its_function_for_the_chosen_item_only() -> None:
    def picky(item: int) -> int:
        if item == 2:
            raise AirflowSkipException("not this one")
        return item

    with DAG("a") as dag:
        up = BashOperator(task_id="up", bash_command="x")
        BashOperator.partial(task_id="m").expand(bash_command=up.output.map(picky))
    found = mapped(dag, "m")
    assert found.unmap_for(context(0, up=[1, 2])).bash_command == 1  # type: ignore[attr-defined]
    with pytest.raises(AirflowSkipException):
        found.unmap_for(context(1, up=[1, 2]))


def test_expand_kwargs_takes_a_dict_per_instance() -> None:
    with DAG("a") as dag:
        up = BashOperator(task_id="up", bash_command="x")
        BashOperator.partial(task_id="m").expand_kwargs(up.output)
        BashOperator.partial(task_id="n", cwd="/").expand_kwargs([{"bash_command": "p"}])
    given = [{"bash_command": "p"}, {"bash_command": "q", "cwd": "/tmp"}]
    made: Any = mapped(dag, "m").unmap_for(context(1, up=given))
    assert (made.bash_command, made.cwd) == ("q", "/tmp")
    assert mapped(dag, "n").expand_input.sources()[0].length == 1
    with pytest.raises(AirflowException, match="list of dicts"):
        mapped(dag, "m").unmap_for(context(0, up=["text"]))


def test_partial_arguments_of_functions_join_the_mapped_ones() -> None:
    with DAG("a", default_args={"retries": 7}) as dag:

        @task(pool="p")
        def add(x: int, y: int) -> int:
            return x + y

        add.partial(x=10).expand(y=[1, 2])
    found = mapped(dag, "add")
    assert (found.retries, found.pool) == (7, "p")
    made: Any = found.unmap_for(context(1))
    assert made.op_kwargs == {"x": 10, "y": 2}
    assert made.python_callable(**made.op_kwargs) == 12


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda: BashOperator.partial(task_id="m").expand(), "at least one"),
        (lambda: BashOperator.partial(task_id="m").expand(bash_command="text"), "takes a list"),
        (lambda: BashOperator.partial(task_id="m").expand(nothing=[1]), "'nothing'"),
        (lambda: BashOperator.partial(task_id="m", nothing=1), "'nothing'"),
        (lambda: BashOperator.partial(task_id="m").expand(retries=[1]), "all instances share"),
        (lambda: BashOperator.partial(bash_command="x"), "task_id"),
        (lambda: BashOperator.partial(task_id="m", cwd="/").expand(cwd=["/"]), "partial"),
        (lambda: BashOperator.partial(task_id="m").expand_kwargs([1]), "list of dicts"),
        (lambda: task(lambda x: x).expand(y=[1]), "does not have: y"),
        (lambda: task(lambda x: x).partial(x=1).expand(x=[1]), "keep one"),
    ],
)
def test_what_cannot_be_expanded_is_refused(wrong: Any, words: str) -> None:
    with DAG("a"), pytest.raises((TypeError, InvalidInput), match=words):
        wrong()


def test_tasks_of_a_mapped_group_have_its_instances_and_arguments() -> None:
    with DAG("a") as dag:
        up = BashOperator(task_id="up", bash_command="x")

        @task
        def inner(n: Any, shared: Any) -> Any: ...

        @task_group
        def group(n: Any, shared: Any) -> None:
            inner.override(task_id="second")(inner(n, shared), shared)

        group.partial(shared=5).expand(n=up.output)
    spec = frozen(dag)
    first = dag.get_task("group.inner")
    assert spec["group.inner"].mapped == spec["group.second"].mapped
    assert spec["group.inner"].mapped is not None
    assert spec["group.inner"].upstream == ("up",)
    at = context(2, up=["a", "b", "c"])
    at["ti"].task = first
    assert first.op_args[0].resolve(at) == "c"  # type: ignore[attr-defined]
    assert "group.inner" not in {t.task_id for t in up.iter_mapped_dependants()} ^ {
        "group.inner",
        "group.second",
    }


def test_an_argument_of_a_mapped_group_cannot_be_expanded_again() -> None:
    with DAG("a") as dag:

        @task
        def inner(n: Any) -> None: ...

        @task_group
        def group(n: Any) -> None:
            inner.expand(n=n)

        group.expand(n=[1, 2])
    with pytest.raises(InvalidInput, match="expanded over once more"):
        freeze_dag(dag)


def test_a_task_in_a_mapped_group_cannot_expand_over_another_one_in_it() -> None:
    with DAG("a") as dag:

        @task
        def listed(n: Any) -> list[int]: ...

        @task
        def one(n: Any) -> None: ...

        @task_group
        def group(n: Any) -> None:
            one.expand(n=listed(n))

        group.expand(n=[1, 2])
    with pytest.raises(InvalidInput, match=r"'group.one' expands over .*'group.listed'"):
        freeze_dag(dag)


def test_arguments_of_groups_in_groups_are_found_by_the_part_of_the_index_that_is_theirs() -> None:
    with DAG("a") as dag:

        @task
        def inner(outer: Any, own: Any, deep: Any) -> Any: ...

        @task_group
        def within(outer: Any, own: Any) -> None:
            inner.partial(outer=outer, own=own).expand(deep=["x", "y", "z"])

        @task_group
        def around(outer: Any) -> None:
            within.partial(outer=outer).expand(own=[1, 2])

        around.expand(outer=["a", "b"])
    written: Any = dag.get_task("around.within.inner")
    found = []
    for index in range(12):
        at = context(index)
        at["ti"].task = written
        kwargs = written.unmap_for(at).op_kwargs
        found.append(tuple(getattr(v, "resolve", lambda _, v=v: v)(at) for v in kwargs.values()))
    assert found == [(o, w, d) for o in "ab" for w in (1, 2) for d in "xyz"]


def test_a_group_function_gives_its_result_or_the_group_and_gets_a_number() -> None:
    with DAG("a") as dag:

        @task_group(group_id="g", default_args={"retries": 3})
        def group() -> Any:
            """Words for people."""
            return BashOperator(task_id="x", bash_command="y").output

        assert group().operator.retries == 3
        group()
    assert set(dag.task_group_dict) == {"g", "g__1"}
    assert dag.task_group_dict["g"].tooltip == "Words for people."


# --- references --------------------------------------------------------------------------------


def test_a_missing_result_is_none_and_a_missing_key_an_error() -> None:
    with DAG("a"):
        arg = XComArg(BaseOperator(task_id="up"))
    assert arg.resolve(context()) is None
    with pytest.raises(XComNotFound, match=r"'up'.*'k'"):
        arg["k"].resolve(context())


def test_the_results_of_a_mapped_task_without_instances_are_no_items() -> None:
    with DAG("a"):
        made = BashOperator.partial(task_id="m").expand(bash_command=["x"])
    assert made.output.resolve(context()) == []


def test_a_result_cannot_be_walked_while_the_file_is_read() -> None:
    with DAG("a"):
        arg: Any = XComArg(BaseOperator(task_id="up"))
        with pytest.raises(TypeError, match="not known while the file is read"):
            list(arg)
        with pytest.raises(AirflowException, match="name of an XCom"):
            arg[0]


def test_what_is_expanded_over_is_known_of_the_whole_dag_and_found_anew_with_each_task() -> None:
    with DAG("d") as dag:

        @task
        def up() -> list[int]:
            return [1]

        @task
        def show(one: int) -> None: ...

        given = up()
        assert dag.mapped_over() == frozenset()
        show.expand(one=given)
    assert dag.mapped_over() == {"up"}
    assert dag.partial_subset("up", include_upstream=False).mapped_over() == frozenset()
