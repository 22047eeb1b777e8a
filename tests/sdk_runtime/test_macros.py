"""`macros` in templates."""

from datetime import UTC, datetime

import pytest

from venturi.core.errors import InvalidInput
from venturi.sdk import macros
from venturi.sdk.cldr import format_date
from venturi.sdk.exceptions import AirflowOptionalProviderFeatureException


def test_dates_move_by_days() -> None:
    assert macros.ds_add("2015-01-01", 5) == "2015-01-06"
    assert macros.ds_add("2015-01-06", -5) == "2015-01-01"
    assert macros.ds_add("2015-01-06", 0) == "2015-01-06"
    assert macros.ds_add("2024-02-28", 2) == "2024-03-01"


def test_dates_change_their_format() -> None:
    assert macros.ds_format("2015-01-05", "%Y-%m-%d", "%m-%d-%y") == "01-05-15"


@pytest.mark.parametrize(
    ("pattern", "locale", "written"),
    [
        ("EEEE dd MMMM yyyy", "de", "Freitag 12 Juli 2024"),
        ("EEEE dd MMMM yyyy", "en_US", "Friday 12 July 2024"),
        ("d/M/yy", "en", "12/7/24"),
        ("EEE 'at' HH:mm, 'it''s fine'", "en", "Fri at 00:00, it's fine"),
        ("MMM", "fr-FR.UTF-8", "juil."),
    ],
)
def test_dates_are_written_in_a_language(pattern: str, locale: str, written: str) -> None:
    assert macros.ds_format_locale("12/07/2024", "%d/%m/%Y", pattern, locale) == written


def test_the_language_of_the_environment_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_TIME", "LANG"):
        monkeypatch.delenv(name, raising=False)
    day = datetime(2024, 7, 12, tzinfo=UTC)
    assert format_date(day, "MMMM") == "July"
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert format_date(day, "MMMM") == "Juli"


def test_what_cannot_be_written_is_said() -> None:
    with pytest.raises(InvalidInput, match="babel"):
        macros.ds_format_locale("12/07/2024", "%d/%m/%Y", "GGGG", "en")
    with pytest.raises(InvalidInput, match="'xx'"):
        macros.ds_format_locale("12/07/2024", "%d/%m/%Y", "d", "xx")


def test_differences_are_told_in_words() -> None:
    then, since = datetime(2024, 7, 5, tzinfo=UTC), datetime(2024, 7, 12, tzinfo=UTC)
    assert macros.datetime_diff_for_humans(then, since) == "1 week before"


def test_modules_are_there() -> None:
    assert macros.datetime(2024, 1, 1) + macros.timedelta(days=1) == datetime(2024, 1, 2)
    assert macros.dateutil.parser.parse("2024-01-02").day == 2
    assert macros.dateutil.relativedelta.relativedelta(months=1).months == 1
    assert macros.json.loads("1") == macros.yaml.safe_load("1") == 1
    assert len(str(macros.uuid.uuid4())) == 36
    assert 0 <= macros.random() < 1
    assert macros.time.gmtime(0).tm_year == 1970


def test_macros_of_plugins_stand_under_the_plugins_name() -> None:
    def shout(text: str) -> str:
        return text.upper()

    macros.add_plugin_macros("my_test_plugin", [shout])
    assert macros.my_test_plugin.shout("a") == "A"


def test_an_unknown_macro_is_named() -> None:
    with pytest.raises(AttributeError, match=r"ds_ad.*ds_add"):
        _ = macros.ds_ad
    with pytest.raises(AirflowOptionalProviderFeatureException, match="hive"):
        _ = macros.hive
