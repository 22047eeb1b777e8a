"""Rendering of template fields."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import jinja2
import pytest

from venturi.sdk.template import TemplateFieldMissing, TemplateFileMissing, Templater, literal
from venturi.sdk.template_env import environment_of
from venturi.spec.model import Era


class Pair(NamedTuple):
    a: Any
    b: Any


class Thing(Templater):
    """Something with one template field."""

    template_fields = ("text",)
    template_ext = (".sh", ".sql")

    def __init__(self, text: Any, dag: Any = None) -> None:
        self.text = text
        self.dag = dag if dag is not None else dag_at("/nowhere")


def dag_at(folder: Path | str, **arguments: Any) -> SimpleNamespace:
    return SimpleNamespace(fileloc=f"{folder}/dag.py", era=Era.V3, **arguments)


def rendered(text: Any, context: dict[str, Any] | None = None, **arguments: Any) -> Any:
    thing = Thing(text, dag_at("/nowhere", **arguments))
    thing.render_template_fields(context or {})
    return thing.text


def test_text_in_every_container_is_rendered() -> None:
    given = {"list": ["{{ x }}", 1], "tuple": ("{{ x }}",), "set": {"{{ x }}"}, "no": None,
             "pair": Pair("{{ x }}", 2), "{{ x }}": b"{{ x }}"}  # fmt: skip
    assert rendered(given, {"x": "v"}) == {
        "list": ["v", 1], "tuple": ("v",), "set": {"v"}, "no": None, "pair": Pair("v", 2),
        "{{ x }}": b"{{ x }}",
    }  # fmt: skip


def test_objects_with_template_fields_are_rendered_in_place_once() -> None:
    inner = Thing(["{{ x }}"])
    inner.text.append(inner)  # a circle
    assert rendered([inner, inner], {"x": "v"}) == [inner, inner]
    assert inner.text[0] == "v"


def test_objects_that_resolve_come_back_as_what_they_resolve_to() -> None:
    class Later:
        def resolve(self, context: dict[str, Any]) -> Any:
            return context["x"]

    assert rendered([Later(), literal("{{ x }}")], {"x": 1}) == [1, "{{ x }}"]


def test_paths_are_left_alone() -> None:
    assert rendered(Path("{{ x }}")) == Path("{{ x }}")


def test_one_newline_at_the_end_goes_as_in_jinja() -> None:
    assert rendered("echo\n") == "echo"
    assert rendered("a\r\nb") == "a\nb"


def test_native_rendering_gives_objects() -> None:
    given = ["{{ [1, 2] }}", "12", "{{ x }}"]
    assert rendered(given, {"x": {"a": 1}}, render_template_as_native_obj=True) == [
        [1, 2],
        12,
        {"a": 1},
    ]


def test_an_unknown_name_is_an_error_and_says_which_field() -> None:
    with pytest.raises(jinja2.UndefinedError, match="nothing") as caught:
        rendered("{{ nothing }}")
    assert "text" in caught.value.__notes__[0]


def test_an_unknown_name_is_empty_in_old_files() -> None:
    thing = Thing("[{{ nothing }}]", SimpleNamespace(fileloc="", era=Era.V1))
    thing.render_template_fields({})
    assert thing.text == "[]"


def test_template_undefined_of_the_dag_wins() -> None:
    assert rendered("[{{ nothing }}]", template_undefined=jinja2.Undefined) == "[]"


def test_macros_filters_and_environment_arguments_of_the_dag_are_there() -> None:
    assert (
        rendered(
            "{{ shout('a') | twice }} <% x %>",
            {"x": 1},
            user_defined_macros={"shout": str.upper},
            user_defined_filters={"twice": lambda text: text * 2},
            jinja_environment_kwargs={"block_start_string": "<%%"},
        )
        == "AA <% x %>"
    )
    brackets = {"variable_start_string": "[[", "variable_end_string": "]]"}
    assert rendered("[[ x ]]", {"x": 1}, jinja_environment_kwargs=brackets) == "1"


def test_date_filters() -> None:
    at = datetime(2026, 11, 22, 13, 40, 58, tzinfo=UTC)
    text = "{{ d|ds }} {{ d|ds_nodash }} {{ d|ts }} {{ d|ts_nodash }} {{ d|ts_nodash_with_tz }}"
    assert rendered(text, {"d": at}) == (
        "2026-11-22 20261122 2026-11-22T13:40:58+00:00 20261122T134058 20261122T134058+0000"
    )
    assert rendered("{{ d|ds }}", {"d": None}) == "None"


def test_the_sandbox_keeps_templates_from_the_insides_of_python() -> None:
    with pytest.raises(jinja2.exceptions.SecurityError):
        rendered("{{ x.__class__.__mro__ }}", {"x": 1})
    with pytest.raises(jinja2.exceptions.SecurityError):
        rendered("{{ x.__class__.__mro__ }}", {"x": 1}, render_template_as_native_obj=True)
    assert rendered("{{ x._one }}", {"x": SimpleNamespace(_one=1)}) == "1"


def test_a_template_file_is_read_from_the_folder_of_the_dag_file(tmp_path: Path) -> None:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "q.sql").write_text("select {{ x }}; {% include 'part.sql' %}")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "part.sql").write_text("-- {{ x }}")
    thing = Thing(["sql/q.sql"], dag_at(tmp_path, template_searchpath=[str(tmp_path / "other")]))
    thing.resolve_template_files()
    assert thing.text[0].startswith("select {{ x }}")
    thing.render_template_fields({"x": 1})
    assert thing.text == ["select 1; -- 1"]


def test_a_template_file_in_a_dict_is_read_when_rendered(tmp_path: Path) -> None:
    (tmp_path / "q.sql").write_text("select {{ x }}")
    thing = Thing({"a": "q.sql"}, dag_at(tmp_path))
    thing.resolve_template_files()
    thing.render_template_fields({"x": 1})
    assert thing.text == {"a": "select 1"}


def test_a_missing_template_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    thing = Thing("q.sql", dag_at(tmp_path))
    with pytest.raises(TemplateFileMissing, match=rf"'text'.*'q\.sql'.*{tmp_path}"):
        thing.resolve_template_files()


def test_a_script_that_is_no_template_runs_as_a_command(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    thing = Thing("/home/me/run.sh")
    thing.resolve_template_files()
    thing.render_template_fields({})
    assert thing.text == "/home/me/run.sh"
    assert caplog.text.count("runs as a command") == 1
    thing = Thing("/home/me/{{ x }}.sh")
    thing.resolve_template_files()
    thing.render_template_fields({"x": "today"})
    assert thing.text == "/home/me/today.sh"


def test_an_include_that_is_missing_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.sh").write_text("{% include 'b.sh' %}")
    thing = Thing("a.sh", dag_at(tmp_path))
    thing.resolve_template_files()
    with pytest.raises(jinja2.TemplateNotFound, match=r"b\.sh"):
        thing.render_template_fields({})


def test_a_field_that_does_not_exist_is_named() -> None:
    class Broken(Templater):
        template_fields = ("typo",)
        dag = dag_at("/nowhere")

    with pytest.raises(TemplateFieldMissing, match="'typo'"):
        Broken().render_template_fields({})


def test_values_are_looked_up_only_when_named() -> None:
    class Asked(dict[str, Any]):
        seen: list[str] = []

        def __getitem__(self, name: str) -> Any:
            self.seen.append(name)
            return super().__getitem__(name)

    context = Asked(a=1, b=2)
    thing = Thing("{{ a }}{% set c = 1 %}")
    thing.render_template_fields(context)
    assert (thing.text, Asked.seen) == ("1", ["a"])


def test_names_of_the_context_win_over_macros() -> None:
    assert rendered("{{ x }}{{ y }}", {"x": 1}, user_defined_macros={"x": 2, "y": 3}) == "13"


def test_environments_stay_with_their_dag_and_compile_once() -> None:
    dag = dag_at("/nowhere")
    env = environment_of(dag)
    assert environment_of(dag) is env
    assert environment_of(dag, native=True) is not env
    assert env.compiled("{{ x }}") is env.compiled("{{ x }}")
    assert environment_of(dag_at("/nowhere")) is not env
