"""The table of docs/rest.md, made from the routes: `python -m tests.api.rest_page` writes it."""

import re
import sys
from pathlib import Path

from venturi.api.rest.table import PREFIX, REST
from venturi.api.route import Route

PAGE = Path(__file__).resolve().parents[2] / "docs" / "rest.md"
BEGIN, END = "<!-- operations -->", "<!-- end of operations -->"
#: Operations of our own, beside the contract.
OWN = {"get_why"}
#: What is answered by an empty or disabled feature, and why.
EMPTY = {
    "enqueue_connection_test": "off: the web server tries connections",
    "get_connection_test": "off: there are none",
    "test_connection": "works where `[core] test_connection = Enabled`",
    "get_config": "works where `[api] expose_config` allows it; never shows secrets",
    "get_config_value": "works where `[api] expose_config` allows it; never shows secrets",
    "get_external_log_url": "off: logs are kept here",
    "get_hitl_details": "empty: no operator asks people yet",
    "get_hitl_detail": "empty: no operator asks people yet",
    "get_hitl_detail_try_detail": "empty: no operator asks people yet",
    "update_hitl_detail": "empty: no operator asks people yet",
    "get_upstream_asset_events": "empty: DAGs are not run by assets yet",
    "get_asset_queued_events": "empty: DAGs are not run by assets yet",
    "delete_asset_queued_events": "empty: DAGs are not run by assets yet",
    "get_dag_asset_queued_events": "empty: DAGs are not run by assets yet",
    "delete_dag_asset_queued_events": "empty: DAGs are not run by assets yet",
    "get_dag_asset_queued_event": "empty: DAGs are not run by assets yet",
    "delete_dag_asset_queued_event": "empty: DAGs are not run by assets yet",
    "clear_dag_run_partitions": "works for keys; runs have no partition dates yet",
    "get_extra_links": "works for links whose address the task has left in an XCom",
    "list_dag_warnings": "works: tasks in pools that do not exist",
}


def rows() -> list[str]:
    """A row for each operation of the contract, in the order of paths."""
    routes = sorted(
        (route for route in REST if route.name not in OWN),
        key=lambda route: (re.sub(r":\w+", "", route.path), route.method),
    )
    return [_row(route) for route in routes]


def _row(route: Route) -> str:
    path = PREFIX + re.sub(r":\w+}", "}", route.path)
    status = EMPTY.get(route.name, "works")
    return f"| {route.method} | `{path}` | `{route.name}` | {status} |"


def table() -> str:
    """The whole table."""
    heads = "| | Path | Operation | Status |\n|---|---|---|---|\n"
    return f"{BEGIN}\n\n{heads}" + "\n".join(rows()) + f"\n\n{END}"


def with_table(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(BEGIN)
    return before + table() + rest.partition(END)[2]


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
    sys.stdout.write(f"{PAGE}: {len(rows())} operations\n")
