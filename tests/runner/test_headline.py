"""What a person reads first of an import that failed."""

from venturi.runner.work import headline


def test_the_line_that_says_what_happened_comes_first() -> None:
    assert (
        headline("The import took longer than 30 s.\nmore") == "The import took longer than 30 s."
    )
    story = "Traceback (most recent call last):\n  File x\nFileNotFoundError: no such file\n"
    assert headline(story) == "FileNotFoundError: no such file"
    assert headline("") == ""
