"""Secrets in texts, logs and rendered fields."""

import logging
from collections.abc import Callable

import pytest

from venturi.sdk.secrets_masker import (
    SecretsMasker,
    announced,
    hides,
    is_sensitive,
    mask_secret,
    masked,
    redact,
)


def test_a_secret_is_replaced_wherever_it_stands() -> None:
    mask_secret("hunter22")
    assert redact({"a": ["login hunter22!", ("hunter22",)], "b": 1}) == {
        "a": ["login ***!", ("***",)],
        "b": 1,
    }
    assert masked("x=hunter22;y=hunter22") == "x=***;y=***"
    assert hides("hunter22") and not hides("hunter")


def test_values_under_telling_names_are_replaced_whole() -> None:
    given = {"password": "abc", "DB_Token": {"deep": ["x", None]}, "host": "h", "api_key": ""}
    assert redact(given) == {
        "password": "***", "DB_Token": {"deep": ["***", None]}, "host": "h", "api_key": "",
    }  # fmt: skip
    assert redact("abc", "my_secret") == "***"
    assert redact(None, "my_secret") is None


def test_secrets_in_containers_are_all_known() -> None:
    mask_secret({"a": "first1", "b": ["second2", b"third3"]})
    assert masked("first1 second2 third3") == "*** *** ***"


def test_a_name_decides_whether_a_value_is_secret() -> None:
    mask_secret("plain-text", "hostname")
    mask_secret({"password": "hidden-one", "host": "shown-one"}, "extra")
    assert masked("plain-text hidden-one shown-one") == "plain-text *** shown-one"


def test_a_longer_secret_that_contains_another_is_hidden_whole() -> None:
    mask_secret("abcde")
    mask_secret("abcdefgh")
    assert masked("abcdefgh abcde") == "*** ***"


def test_short_texts_are_not_secrets(option: Callable[[str, str, str], None]) -> None:
    mask_secret("abcd")
    mask_secret("")
    assert masked("abcd") == "abcd"
    option("logging", "min_length_masked_secret", "4")
    mask_secret("abcd")
    assert masked("abcd") == "***"


def test_a_key_of_several_lines_is_hidden_line_by_line() -> None:
    mask_secret("-----BEGIN-----\nMIIEpAIBAAKCAQEA\n-----END-----")
    assert "MIIEpAIBAAKCAQEA" not in masked("line: MIIEpAIBAAKCAQEA")


def test_special_characters_are_only_characters() -> None:
    mask_secret("a.c+(")
    assert masked("abc+( a.c+(") == "abc+( ***"


def test_words_may_be_added_and_hiding_turned_off(option: Callable[[str, str, str], None]) -> None:
    assert is_sensitive("my_ApiKey") and not is_sensitive("iban")
    option("core", "sensitive_var_conn_names", "iban, pin")
    assert is_sensitive("customer_IBAN") and is_sensitive("pin")
    option("core", "hide_sensitive_var_conn_fields", "False")
    assert not is_sensitive("password")


def test_whoever_writes_the_log_is_told() -> None:
    told: list[str] = []
    mask_secret("known-before")
    with announced(told.append):
        mask_secret("known-now")
        mask_secret("known-now")
    mask_secret("known-after")
    assert told == ["known-before", "known-now"]


def test_log_records_are_masked(caplog: pytest.LogCaptureFixture) -> None:
    mask_secret("hunter22")
    log = logging.getLogger("tests.masker")
    log.addFilter(SecretsMasker())
    try:
        log.warning("password is %s", "hunter22")
        try:
            raise ValueError("hunter22")
        except ValueError:
            log.exception("failed")
    finally:
        log.filters.clear()
    assert "hunter22" not in caplog.text
    assert "password is ***" in caplog.text
    assert "ValueError: ***" in caplog.text


def test_deep_structures_end() -> None:
    circle: list[object] = ["hunter22"]
    circle.append(circle)
    mask_secret("hunter22")
    assert redact(circle)[0] == "***"
