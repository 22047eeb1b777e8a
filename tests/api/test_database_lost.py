"""What the web server answers while its database is away."""

import msgspec
from sqlalchemy.exc import OperationalError, ProgrammingError

from venturi.api.errors import error_response


def test_a_database_that_is_away_is_not_the_clients_fault_and_comes_back() -> None:
    lost = OperationalError("SELECT 1", {}, Exception(2013, "secret host is gone"))
    lost.connection_invalidated = True
    answer = error_response(lost)
    assert answer.status_code == 503
    assert msgspec.json.decode(answer.body) == {
        "detail": "The database does not answer at present. Try again in a moment."
    }


def test_a_wrong_statement_is_a_fault_of_ours() -> None:
    assert error_response(ProgrammingError("SELEKT", {}, Exception("syntax"))).status_code == 500
