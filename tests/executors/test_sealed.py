"""What passes the broker cannot be read, altered or made up without the shared key."""

import msgspec
import pytest

from venturi.core.errors import InvalidInput
from venturi.executors.celery.doorbell import Doorbell, checked, signed
from venturi.executors.celery.keys import Keys
from venturi.executors.celery.sealed import Envelope, Frame, Opening, Seal
from venturi.executors.celery.trouble import trouble_with
from venturi.executors.celery.urls import masked
from venturi.executors.table import executor_kinds

OURS, OTHERS = Keys("a secret"), Keys("another secret")
SECRET = b"the password is tiptop"


def test_a_box_opens_with_the_same_key_only() -> None:
    seal = Seal(OURS.session)
    data = seal.close("to", "from", b"session", Frame(1, 0, (SECRET,)))
    assert SECRET not in data
    envelope = seal.read(data)
    assert envelope is not None and envelope.sender == "from"
    assert seal.open(envelope) == Frame(1, 0, (SECRET,))
    assert Seal(OTHERS.session).open(envelope) is None


@pytest.mark.parametrize("field", ["to", "sender", "session", "box"])
def test_nothing_on_the_outside_can_be_exchanged(field: str) -> None:
    seal = Seal(OURS.session)
    envelope = seal.read(seal.close("to", "from", b"session", Opening()))
    assert envelope is not None
    value = getattr(envelope, field)
    changed = value[:-1] + (b"!" if isinstance(value, bytes) else "!")
    assert seal.open(msgspec.structs.replace(envelope, **{field: changed})) is None


@pytest.mark.parametrize("data", [b"", b"echo", b"\x94", b"\xc1" * 40])
def test_junk_is_no_envelope(data: bytes) -> None:
    assert Seal(OURS.session).read(data) is None


def test_an_empty_box_does_not_open() -> None:
    assert Seal(OURS.session).open(Envelope("to", "from", b"", b"")) is None


def test_a_doorbell_is_believed_only_with_its_signature() -> None:
    bell = Doorbell(7, 1, 3)
    args = signed(bell, OURS.bell)
    assert checked(args, OURS.bell) == bell
    assert checked(args, OTHERS.bell) is None
    assert checked([7, 1, 4, args[3]], OURS.bell) is None


@pytest.mark.parametrize("args", [None, [], [1, 2, 3], ["1", 1, 1, "x"], [1, 1, 1, "ä"], {"a": 1}])
def test_anything_else_is_no_doorbell(args: object) -> None:
    assert checked(args, OURS.bell) is None


class AccessRefused(Exception):
    """As the client of RabbitMQ calls it."""


@pytest.mark.parametrize(
    ("url", "error", "words"),
    [
        ("amqp://ct:pw@h:5672/v", AccessRefused("403"), "rabbitmqctl add_user ct PASSWORD"),
        ("amqp://ct:pw@h:5672/v", OSError("NOT_ALLOWED - vhost v not found"), "add_vhost v;"),
        ("redis://:pw@h:6379/0", OSError("WRONGPASS invalid"), "broker_url"),
        ("redis://h:6379/99", OSError("DB index is out of range"), "database number 99"),
        ("amqp://h//", ConnectionRefusedError(111, "Connection refused"), "is it running"),
    ],
)
def test_a_refusal_is_told_with_the_remedy_and_without_the_password(
    url: str, error: Exception, words: str
) -> None:
    told = trouble_with(url, error)
    assert words in told
    assert ":pw@" not in told and told.count("\n") == 0


def test_passwords_of_brokers_are_not_shown() -> None:
    assert masked("amqp://ct:152108@localhost:5672/v") == "amqp://ct:***@localhost:5672/v"
    assert masked("redis://h/0") == "redis://h/0"


def test_executors_go_by_every_name_that_people_give_them() -> None:
    dotted = "airflow.providers.celery.executors.celery_executor.CeleryExecutor"
    kinds = executor_kinds(f"LocalExecutor, far:{dotted}")
    assert next(iter(kinds)) == "LocalExecutor"
    assert kinds["far"].is_remote and kinds["CeleryExecutor"].is_remote and kinds[dotted].is_remote
    with pytest.raises(InvalidInput, match="choose one of"):
        executor_kinds("LocalExecutor,MoonExecutor")
