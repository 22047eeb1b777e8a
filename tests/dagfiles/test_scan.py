"""Which files of a folder may define DAGs."""

import os
import zipfile
from pathlib import Path

import pytest

from venturi.dagfiles.scan import find_files, is_dag_file, linked_folders

DAG = "from airflow import DAG\n"


def write(path: Path, text: str = DAG) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def found(folder: Path, **how: object) -> list[str]:
    """Paths below the folder, as they were found."""
    return [
        str(Path(path).relative_to(folder))
        for path in find_files(folder, **how)  # type: ignore[arg-type]
    ]


def test_files_of_subfolders_in_a_stable_order(tmp_path: Path) -> None:
    for name in ("b.py", "a/z.py", "a/deep/er.py", "c.py"):
        write(tmp_path / name)
    write(tmp_path / "notes.txt")
    assert found(tmp_path) == ["a/deep/er.py", "a/z.py", "b.py", "c.py"]


def test_a_single_file_is_taken_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "anything.py", "")
    assert list(find_files(path)) == [str(path)]


def test_a_folder_that_is_not_there_has_no_files(tmp_path: Path) -> None:
    assert found(tmp_path / "nowhere") == []


def test_in_safe_mode_only_files_with_both_words_are_looked_at(tmp_path: Path) -> None:
    write(tmp_path / "dag.py", "from AIRFLOW import dag")
    write(tmp_path / "decorated.py", "from airflow.sdk import dag")
    write(tmp_path / "helper.py", "import airflow")
    write(tmp_path / "other.py", "dag = 1")
    write(tmp_path / "binary.py", "")
    (tmp_path / "latin.py").write_bytes(b"# \xe9\xff\nfrom airflow import DAG\n")
    assert found(tmp_path) == ["dag.py", "decorated.py", "latin.py"]
    assert len(found(tmp_path, safe_mode=False)) == 6


def test_hidden_files_and_caches_are_left_out(tmp_path: Path) -> None:
    for name in (".hidden.py", ".git/hook.py", "__pycache__/d.py", "d.py"):
        write(tmp_path / name)
    assert found(tmp_path, safe_mode=False) == ["d.py"]


def test_an_archive_is_a_dag_file_if_it_is_one(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w") as archive:
        archive.writestr("d.py", DAG)
    write(tmp_path / "fake.zip", "no archive")
    assert found(tmp_path) == ["packed.zip"]


# --- links ---------------------------------------------------------------------------------------


def test_linked_files_and_folders_have_the_path_people_gave_them(tmp_path: Path) -> None:
    dags, elsewhere = tmp_path / "dags", tmp_path / "elsewhere"
    write(elsewhere / "one.py")
    write(elsewhere / "more/two.py")
    dags.mkdir()
    (dags / "linked.py").symlink_to(elsewhere / "one.py")
    (dags / "folder").symlink_to(elsewhere / "more")
    assert found(dags) == ["folder/two.py", "linked.py"]
    assert linked_folders(dags) == {str(elsewhere), str(elsewhere / "more")}


def test_circles_end(tmp_path: Path) -> None:
    write(tmp_path / "a/d.py")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "a/self").symlink_to(tmp_path / "a")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert found(tmp_path) == ["a/d.py"]
    linked_folders(tmp_path)


def test_links_that_lead_nowhere_are_no_files(tmp_path: Path) -> None:
    (tmp_path / "gone.py").symlink_to(tmp_path / "nowhere.py")
    (tmp_path / "loop.py").symlink_to(tmp_path / "loop.py")
    write(tmp_path / "d.py")
    assert found(tmp_path) == ["d.py"]
    assert isinstance(linked_folders(tmp_path), set)


def test_links_within_linked_folders_are_watched_too(tmp_path: Path) -> None:
    far = write(tmp_path / "far/d.py").parent
    near = tmp_path / "near"
    near.mkdir()
    (near / "onward").symlink_to(far)
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "in").symlink_to(near)
    assert found(dags) == ["in/onward/d.py"]
    assert {str(near), str(far)} <= linked_folders(dags)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_is_left_out(tmp_path: Path) -> None:
    write(tmp_path / "closed/d.py")
    (tmp_path / "closed").chmod(0)
    try:
        assert found(tmp_path) == []
    finally:
        (tmp_path / "closed").chmod(0o700)


def test_a_folder_called_like_a_module_is_a_folder(tmp_path: Path) -> None:
    write(tmp_path / "odd.py/d.py")
    assert found(tmp_path) == ["odd.py/d.py"]
    assert not is_dag_file(tmp_path / "missing.py", True)


# --- .airflowignore ------------------------------------------------------------------------------

FILES = (
    "keep.py",
    "skip.py",
    "tests/a.py",
    "team/skip.py",
    "team/tests/b.py",
    "team/keep.py",
    "team/scratch/deep/c.py",
)

GLOBS = {
    "skip.py": {"skip.py", "team/skip.py"},
    "/skip.py": {"skip.py"},
    "skip*": {"skip.py", "team/skip.py"},
    "tests/": {"tests/a.py", "team/tests/b.py"},
    "/tests": {"tests/a.py"},
    "team/tests": {"team/tests/b.py"},
    "**/scratch": {"team/scratch/deep/c.py"},
    "team/**/c.py": {"team/scratch/deep/c.py"},
    "team/": {"team/skip.py", "team/tests/b.py", "team/keep.py", "team/scratch/deep/c.py"},
    "*.py\n!keep.py": set(FILES) - {"keep.py", "team/keep.py"},
    "# skip.py\n\n": set(),
    "s?ip.py": {"skip.py", "team/skip.py"},
    "[st]kip.py": {"skip.py", "team/skip.py"},
    "team/*.py": {"team/skip.py", "team/keep.py"},
    "(not a [glob": set(),
}


@pytest.mark.parametrize("rules", GLOBS)
def test_globs(tmp_path: Path, rules: str) -> None:
    for name in FILES:
        write(tmp_path / name)
    (tmp_path / ".airflowignore").write_text(rules)
    assert set(FILES) - set(found(tmp_path)) == GLOBS[rules]


REGEXPS = {
    "skip": {"skip.py", "team/skip.py"},
    "^skip": {"skip.py"},
    "tests/": {"tests/a.py", "team/tests/b.py"},
    "team/.*/c": {"team/scratch/deep/c.py"},
    "keep\\.py  # a remark": {"keep.py", "team/keep.py"},
    "(unclosed\nskip": {"skip.py", "team/skip.py"},
}


@pytest.mark.parametrize("rules", REGEXPS)
def test_regular_expressions(tmp_path: Path, rules: str) -> None:
    for name in FILES:
        write(tmp_path / name)
    (tmp_path / ".airflowignore").write_text(rules)
    assert set(FILES) - set(found(tmp_path, syntax="regexp")) == REGEXPS[rules]


def test_rules_of_a_subfolder_hold_below_it_and_win(tmp_path: Path) -> None:
    for name in FILES:
        write(tmp_path / name)
    (tmp_path / ".airflowignore").write_text("skip.py\n")
    (tmp_path / "team/.airflowignore").write_text("!skip.py\nkeep.py\n")
    assert set(FILES) - set(found(tmp_path)) == {"skip.py", "team/keep.py"}


def test_rules_hold_behind_links(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    write(elsewhere / "skip.py")
    write(elsewhere / "keep.py")
    dags = tmp_path / "dags"
    dags.mkdir()
    (dags / "team").symlink_to(elsewhere)
    (dags / ".airflowignore").write_text("team/skip.py\n")
    assert found(dags) == ["team/keep.py"]


def test_an_ignore_file_that_is_no_text_ignores_nothing_else(tmp_path: Path) -> None:
    write(tmp_path / "d.py")
    (tmp_path / ".airflowignore").write_bytes(b"\xff\xfe\x00\n")
    assert found(tmp_path) == ["d.py"]
