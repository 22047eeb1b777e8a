"""What is said between processes: each side can tell every word it may hear from every other."""

from typing import Any, get_args

import msgspec
import pytest

from venturi.core import host_messages, messages, requests, worker_messages
from venturi.core.wire import Message

CHANNELS: dict[str, Any] = {
    f"{module.__name__.rpartition('.')[2]}.{name}": value
    for module in (messages, host_messages, worker_messages, requests)
    for name, value in vars(module).items()
    if get_args(value) and all(isinstance(each, type) for each in get_args(value))
}


def words_of(channel: Any) -> list[type]:
    return [each for each in get_args(channel) if issubclass(each, msgspec.Struct)]


def test_the_channels_are_found() -> None:
    assert {"messages.FromScheduler", "messages.FromRunner", "requests.Request"} <= set(CHANNELS)


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_no_two_words_of_a_channel_are_taken_for_each_other(name: str) -> None:
    words = words_of(CHANNELS[name])
    tags = [word.__struct_config__.tag for word in words]  # type: ignore[attr-defined]
    assert words and len(set(tags)) == len(tags)
    assert all(issubclass(word, Message) for word in words)
    msgspec.msgpack.Decoder(CHANNELS[name])


@pytest.mark.parametrize("name", sorted(CHANNELS))
def test_words_cannot_be_changed_once_they_are_said(name: str) -> None:
    assert all(word.__struct_config__.frozen for word in words_of(CHANNELS[name]))  # type: ignore[attr-defined]
