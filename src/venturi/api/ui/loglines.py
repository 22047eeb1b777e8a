"""Lines of a log file by their number, however long the file is: it is never held as a whole.

The place of a line is found from marks, one for each 64 KiB or so; the marks are made as far as
somebody asks and go on where they ended when the file has grown.
"""

import os
import re
import stat
from array import array
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from pathlib import Path
from threading import Lock
from typing import NamedTuple

MARK = 1 << 16
#: Bytes that are looked at at once.
PIECE = 1 << 20
#: Bytes of one line that are shown; the file has all of it.
LONGEST = 1 << 14
#: Line numbers that one search gives; it counts on after them.
MOST_HITS = 50_000
#: The first bytes of a file, by which it is known again.
HEAD = 512
#: Files whose marks are kept.
KEPT = 64

_HEAD = rb"^\[\d{4}-\d\d-\d\d[^\]\n]*\] \{[^}\n]*\} "
_HEADER = re.compile(_HEAD + rb"[A-Z]+ - ", re.MULTILINE)
_ERROR = re.compile(
    _HEAD + rb"(?:ERROR|CRITICAL|FATAL) - |^Traceback \(most recent call last\)|"
    rb"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)(?::|$)",
    re.MULTILINE,
)
#: One of these is in every line that `_ERROR` finds.
_ERROR_WORDS = (b"ERROR", b"CRITICAL", b"FATAL", b"Traceback (", b"Error", b"Exception")
LEVELS = {
    "error": rb"(?:ERROR|CRITICAL|FATAL)",
    "warning": rb"(?:WARNING|WARN|ERROR|CRITICAL|FATAL)",
    "info": rb"(?:INFO|WARNING|WARN|ERROR|CRITICAL|FATAL)",
}
_AT_LEAST = {
    name: re.compile(_HEAD + words + rb" - ", re.MULTILINE) for name, words in LEVELS.items()
}


class Found(NamedTuple):
    """How many lines fit, and the numbers of the first ones."""

    total: int
    lines: list[int]


class Marks:
    """Where lines of a file begin, and the first line that tells of an error."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.lines = 0
        self.scanned = 0
        self.first_error: int | None = None
        self._head = b""
        self._places = array("Q", [0])
        self._numbers = array("Q", [0])

    def grow(self, file: int, *, ended: bool) -> None:
        """Look at what was written since; a line without end counts once the file has `ended`."""
        for start, piece in pieces(file, self.scanned, ended=ended):
            if self.first_error is None and (error := _error(piece)):
                self.first_error = self.lines + piece.count(b"\n", 0, error.start())
            at = 0
            while at < len(piece):
                end = piece.find(b"\n", min(len(piece), at + MARK) - 1) + 1 or len(piece)
                self.lines += piece.count(b"\n", at, end)
                at = end
                if start + at - self._places[-1] >= MARK and piece[at - 1 : at] == b"\n":
                    self._places.append(start + at)
                    self._numbers.append(self.lines)
            if not piece.endswith(b"\n") and ended and start + len(piece) >= size_of(file):
                self.lines += 1
            self.scanned = start + len(piece)
        if len(self._head) < HEAD:
            self._head = os.pread(file, min(HEAD, self.scanned), 0)

    def fits(self, file: int) -> bool:
        """Whether they are still those of the file, which may have been written anew."""
        return self.scanned <= size_of(file) and os.pread(file, len(self._head), 0) == self._head

    def read(self, file: int, first: int, count: int) -> list[str]:
        """Lines from one on, as far as they are known."""
        count = min(count, self.lines - first)
        if count <= 0:
            return []
        mark = bisect_right(self._numbers, first) - 1
        place, skip = self._places[mark], first - self._numbers[mark]
        found: list[str] = []
        line, length, ended = b"", 0, False
        while len(found) < count and not ended:
            data = os.pread(file, min(2 * MARK, self.scanned - place), place)
            ended = place + len(data) >= self.scanned or not data
            place += len(data)
            at = 0
            while len(found) < count:
                end = data.find(b"\n", at)
                if end < 0:
                    break
                if skip:
                    skip -= 1
                else:
                    found.append(_shown(line + data[at:end][:LONGEST], length + end - at))
                line, length, at = b"", 0, end + 1
            if not skip:
                line = (line + data[at : at + LONGEST])[:LONGEST]
                length += len(data) - at
        if len(found) < count:
            found.append(_shown(line, length))
        return found

    def pick(self, file: int, numbers: Iterable[int]) -> list[str]:
        """Single lines; empty where there is none."""
        return [(self.read(file, number, 1) or [""])[0] for number in numbers]


def _error(piece: bytes) -> re.Match[bytes] | None:
    """Where some lines first tell of an error.

    Most pieces have none of the words, and to see that is far quicker than the expression.
    """
    return _ERROR.search(piece) if any(word in piece for word in _ERROR_WORDS) else None


def _shown(line: bytes, length: int) -> str:
    text = line[:LONGEST].decode(errors="replace").removesuffix("\r")
    return text if length <= LONGEST else f"{text} … [{length - LONGEST} bytes more]"


def size_of(file: int) -> int:
    """The size of an open file."""
    return os.fstat(file).st_size


def pieces(file: int, start: int, *, ended: bool) -> Iterator[tuple[int, bytes]]:
    """A file from a place on, cut where lines end; only an endless line is cut within."""
    while True:
        data = os.pread(file, PIECE, start)
        if not data:
            return
        whole = data.rfind(b"\n") + 1
        if whole == 0 and len(data) == PIECE:
            whole = PIECE
        if whole == 0:
            if ended:
                yield start, data
            return
        yield start, data[:whole]
        start += whole


def find(file: int, upto: int, words: str, level: str | None) -> Found:
    """The lines of a file's first bytes that hold some words, whose level is at least `level`.

    A line without a level of its own belongs to the one before it: a traceback to its error.
    """
    wanted = re.compile(re.escape(words.encode()), re.IGNORECASE) if words else None
    begins = _AT_LEAST[level] if level else None
    count, numbers, base, inside = 0, list[int](), 0, False
    for start, whole in pieces(file, 0, ended=True):
        if start >= upto:
            break
        piece = whole[: upto - start]
        counted, line = 0, base
        spans = [(0, len(piece))] if begins is None else list(_spans(piece, begins, inside))
        inside = bool(spans) and spans[-1][1] == len(piece)
        for first, last in spans:
            at = first
            while at < last:
                if wanted is not None:
                    hit = wanted.search(piece, at, last)
                    if hit is None:
                        break
                    at = hit.start()
                line += piece.count(b"\n", counted, at)
                counted = at
                count += 1
                if len(numbers) < MOST_HITS:
                    numbers.append(line)
                at = piece.find(b"\n", at) + 1 or last
        base += piece.count(b"\n")
    return Found(count, numbers)


def _spans(piece: bytes, begins: re.Pattern[bytes], inside: bool) -> Iterator[tuple[int, int]]:
    at = 0
    if inside:
        after = _HEADER.search(piece)
        at = after.start() if after else len(piece)
        if at:
            yield 0, at
    while head := begins.search(piece, at):
        after = _HEADER.search(piece, head.end())
        at = after.start() if after else len(piece)
        yield head.start(), at


class Index:
    """The marks of the files that were asked for last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[int, int], Marks] = OrderedDict()

    def marks(self, file: int) -> Marks:
        """Those of an open file; new ones when it has been written anew."""
        about = os.fstat(file)
        key = about.st_dev, about.st_ino
        with self._lock:
            marks = self._known.pop(key, None)
            if marks is None or not marks.fits(file):
                marks = Marks()
            self._known[key] = marks
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return marks


def open_below(folder: Path, relative: str) -> int | None:
    """Open a file below a folder to read; None if there is none, or it is elsewhere in truth."""
    path = folder / relative
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return None
        file = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return None
    return file
