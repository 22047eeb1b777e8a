"""docs/rest.md says of every operation how it stands, and nothing else."""

from tests.api.rest_page import EMPTY, OWN, PAGE, rows, with_table
from tests.api.test_every_operation import OPERATIONS, REFUSED
from venturi.api.rest.table import PREFIX, REST


def test_the_page_is_what_the_routes_say() -> None:
    text = PAGE.read_text()
    assert with_table(text) == text, "run: python -m tests.api.rest_page"
    assert len(rows()) == 128


def test_the_routes_are_the_contract_of_the_published_client() -> None:
    served = {
        f"{route.method} {PREFIX}{route.path.replace(':path}', '}')}": route.name
        for route in REST
        if route.name not in OWN
    }
    assert served == {where: method for where, (_, method) in OPERATIONS.items()}


def test_what_is_refused_is_told() -> None:
    assert set(REFUSED) <= set(EMPTY)
    assert set(EMPTY) <= {route.name for route in REST}
