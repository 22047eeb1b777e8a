"""The small things that DAG files import: functions of dates, text, dicts, processes."""

import logging
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from venturi.compat.shims import clockwork, collections, dates, decorators, jsons, loading, logs
from venturi.compat.shims.accounts import PasswordUser
from venturi.compat.shims.calling import determine_kwargs, make_kwargs_callable
from venturi.compat.shims.constants import NOTSET, DagRunType, is_arg_set
from venturi.compat.shims.processes import execute_in_subprocess, patch_environ
from venturi.compat.shims.rules import TriggerRule
from venturi.compat.shims.states import State
from venturi.compat.shims.text import to_boolean
from venturi.compat.shims.timeout import timeout
from venturi.compat.shims.weekday import WeekDay
from venturi.core.errors import InvalidInput
from venturi.sdk.exceptions import AirflowTaskTimeout

DAY = timedelta(days=1)


def test_days_ago_is_midnight_in_utc() -> None:
    found = dates.days_ago(2)
    assert (found.hour, found.minute, found.tzinfo) == (0, 0, UTC)
    assert timedelta(days=2) <= clockwork.utcnow() - found < timedelta(days=3)
    assert dates.days_ago(0, hour=5).hour == 5


def test_date_range_goes_by_delta_cron_and_backwards() -> None:
    start = datetime(2016, 1, 1)
    assert dates.date_range(start, num=3, delta=DAY) == [start, start + DAY, start + 2 * DAY]
    assert dates.date_range(start, num=-2, delta=DAY) == [start - DAY, start]
    assert dates.date_range(start, datetime(2016, 1, 3), delta=DAY)[-1] == datetime(2016, 1, 3)
    weekly = dates.date_range(start, num=2, delta="0 0 * * 0")
    assert weekly == [datetime(2016, 1, 3), datetime(2016, 1, 10)]
    with pytest.raises(InvalidInput):
        dates.date_range(start, datetime(2015, 1, 1), delta=DAY)


def test_round_time_finds_the_nearest_step() -> None:
    moment = datetime(2015, 9, 16)
    start = datetime(2015, 9, 14)
    assert dates.round_time(datetime(2015, 1, 1, 6), DAY) == datetime(2015, 1, 1)
    assert dates.round_time(moment, timedelta(days=1), start) == moment
    assert dates.round_time(datetime(2015, 9, 16, 14), DAY, start) == datetime(2015, 9, 17)


def test_timezone_functions_keep_awareness_apart() -> None:
    aware = clockwork.make_aware(datetime(2020, 1, 1), "Europe/Berlin")
    assert aware is not None
    assert clockwork.convert_to_utc(aware) == datetime(2019, 12, 31, 23, tzinfo=UTC)
    assert clockwork.make_naive(aware, "UTC") == datetime(2019, 12, 31, 23)
    assert clockwork.is_localized(clockwork.datetime(2020, 1, 1))
    assert clockwork.parse("2020-01-01T10:00:00+02:00").hour == 10
    with pytest.raises(ValueError, match="naive"):
        clockwork.make_aware(aware)


def test_a_duration_reads_well() -> None:
    assert clockwork.td_format(timedelta(days=1, hours=2, minutes=3, seconds=4)) == "1d:2h:3M:4s"
    assert clockwork.td_format(0.5) == "<1s"
    assert clockwork.td_format(None) is None


def test_dicts_are_merged_and_pruned_in_depth() -> None:
    merged = collections.merge_dicts({"a": {"x": 1, "y": 1}, "b": 1}, {"a": {"y": 2}, "c": 3})
    assert merged == {"a": {"x": 1, "y": 2}, "b": 1, "c": 3}
    messy = {"a": None, "b": {"c": None, "d": 0}, "e": [None, 1], "f": ""}
    assert collections.prune_dict(messy) == {"b": {"d": 0}, "e": [1], "f": ""}
    assert collections.prune_dict(messy, mode="truthy") == {"e": [1]}


def test_small_helpers_do_what_their_names_say() -> None:
    assert list(collections.chunks([1, 2, 3], 2)) == [[1, 2], [3]]
    assert collections.exactly_one(None, "x") is True
    assert collections.as_flattened_list([[1], [2, 3]]) == [1, 2, 3]
    assert collections.convert_camel_to_snake("LocalTaskJob") == "local_task_job"
    assert collections.partition(lambda n: n > 1, [1, 2]) == ([1], [2])
    with pytest.raises(InvalidInput):
        collections.validate_key("no spaces")


def test_a_function_gets_the_arguments_it_wants() -> None:
    def wants(first: Any, b: Any, *, c: Any = 0) -> None: ...

    offered = {"b": 1, "c": 2, "d": 3}
    assert determine_kwargs(wants, ["given"], offered) == {"b": 1, "c": 2}
    assert determine_kwargs(lambda **kw: kw, [], offered) == offered
    with pytest.raises(ValueError, match="'first'"):
        determine_kwargs(wants, ["given"], {"first": 1})
    assert make_kwargs_callable(lambda b: b)(**offered) == 1


def test_names_of_earlier_lines_still_name_states_and_rules() -> None:
    assert State.NONE is None
    assert State.SUCCESS == "success"
    assert State.FAILED in State.finished and None in State.unfinished
    assert State.color(State.FAILED) == "red"
    assert TriggerRule.DUMMY == TriggerRule.ALWAYS == "always"
    rule: Any = TriggerRule
    assert rule("none_failed_or_skipped") == TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS
    assert TriggerRule.is_valid("dummy") and not TriggerRule.is_valid("sometimes")
    assert DagRunType.from_run_id("scheduled__2020-01-01") is DagRunType.SCHEDULED
    assert DagRunType["DATASET_TRIGGERED"] == "asset_triggered"


def test_markers_and_text() -> None:
    assert not is_arg_set(NOTSET) and is_arg_set(None)
    assert to_boolean(" Yes ") and not to_boolean("0") and not to_boolean(None)
    assert WeekDay.get_weekday_number("sunday") == 7
    assert WeekDay.validate_week_day(["MONDAY", WeekDay.TUESDAY]) == {1, 2}


def test_a_time_limit_ends_the_block() -> None:
    with pytest.raises(AirflowTaskTimeout), timeout(0.05, "too slow"):
        time.sleep(20)
    with timeout(20):
        pass


def test_the_environment_is_put_back() -> None:
    with patch_environ({"VENTURI_TEST": "1"}):
        assert os.environ["VENTURI_TEST"] == "1"
    assert "VENTURI_TEST" not in os.environ


def test_a_programs_output_goes_to_the_log(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        execute_in_subprocess([sys.executable, "-c", "print('hello')"])
    assert "hello" in caplog.messages


def test_a_class_logs_under_its_name(caplog: pytest.LogCaptureFixture) -> None:
    class Chatty(logs.LoggingMixin): ...

    with caplog.at_level(logging.INFO):
        Chatty().log.info("hello")
        with logs.redirect_stdout(logging.getLogger("out"), logging.INFO):
            print("printed")
    assert caplog.record_tuples[0][0].endswith(".Chatty")
    assert ("out", logging.INFO, "printed") in caplog.record_tuples


def test_objects_are_found_by_name() -> None:
    assert loading.import_string("os.path.join") is os.path.join
    with pytest.raises(ImportError, match="does not define"):
        loading.import_string("os.path.nothing")
    assert loading.qualname(datetime) == "datetime.datetime"


def test_json_knows_dates_and_decimals() -> None:
    import json

    text = json.dumps([Decimal("1.5"), datetime(2020, 1, 1)], cls=jsons.AirflowJsonEncoder)
    assert text == '[1.5, "2020-01-01T00:00:00"]'


def test_a_decorator_is_taken_out_of_a_source() -> None:
    source = '@task.virtualenv(\n    requirements=["x"],\n)\ndef f():\n    return 1\n'
    assert (
        decorators.remove_task_decorator(source, "@task.virtualenv") == "def f():\n    return 1\n"
    )


def test_a_password_is_kept_as_a_hash() -> None:
    class Row:
        username: Any = None
        password: Any = None

    row = Row()
    user = PasswordUser(row)
    user.username, user.password = "ct", "152108"
    assert row.username == "ct"
    assert "152108" not in str(row.password)
    assert user.authenticate("152108") and not user.authenticate("other")
