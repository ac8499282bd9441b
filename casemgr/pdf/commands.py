"""Tells whether the drawing commands of a page leave it as they found it: what comes behind them is our stamp."""

from collections.abc import Iterator

_TAIL = 400  # bytes at the end in which the last command stands
_CLOSING = frozenset((b"Q", b"EMC", b"EX"))  # after these a path that was begun is still open
_DONE = frozenset(
    b"b b* B B* BDC BMC BX cm cs CS d Do DP EI ET f F f* g G gs i j J k K M MP n q rg RG ri s S sc SC scn SCN sh "
    b"T* Tc Td TD Tf Tj TJ TL Tm Tr Ts Tw Tz w ' \"".split()
)  # fmt: skip
_GAPS = frozenset((b"", b" ", b"\n", b"\r", b"\t", b"\0", b"\f"))
_BEFORE, _AFTER = _GAPS | {b")", b"]", b">"}, _GAPS | {b"/", b"[", b"<"}
_OTHERS = bytes(set(range(256)) - set(b"()[]<>"))


def is_balanced(data: bytes) -> bool:
    """Tell whether save and restore (q, Q) pair up, reading words only, and nothing is left open at the end.

    A doubt (a "q" inside a string, say) gives False, and the page is then sealed: always right, only slower.
    """
    if not (_ends_whole(data) and _text_ends(data)):
        return False
    depth = 0
    for _, step in sorted([*_words(data, b"q", 1), *_words(data, b"Q", -1)]):
        depth += step
        if depth < 0:
            return False
    return depth == 0


def _text_ends(data: bytes) -> bool:
    """Tell whether no text object (BT, ET) is left open. The last words decide; where they are no plain words (part of
    a name, or of a string), as many have to end as begin."""
    begin, end = data.rfind(b"BT"), data.rfind(b"ET")
    if end > begin >= 0 and data[end - 1 : end] in _BEFORE and data[end + 2 : end + 3] in _AFTER:
        return True
    return data.count(b"BT") == data.count(b"ET")


def _ends_whole(data: bytes) -> bool:
    """Tell whether the last thing is a command that leaves no path, text, array or dictionary open: into one of those,
    what comes behind (our stamp) would fall."""
    brackets = data.translate(None, _OTHERS)  # they are few: looking at all the rest again and again takes time
    if any(brackets.rfind(begin) > brackets.rfind(end) for begin, end in (b"()", b"[]", b"<>")):
        return False
    opened, closed = brackets.count(b"("), brackets.count(b")")
    if b"\\" in data:
        opened, closed = opened - data.count(b"\\("), closed - data.count(b"\\)")
    if opened != closed:  # in strings they pair up
        return False
    tail = data[-_TAIL:]
    if b"EI" in tail or b"BI" in tail:  # a picture among the commands may take more bytes than are its own
        return False
    words = tail.split()
    while words and words[-1] in _CLOSING:
        words.pop()
    return not words or words[-1] in _DONE


def _words(data: bytes, word: bytes, value: int) -> Iterator[tuple[int, int]]:
    """Yield (position, value) of each `word` that stands by itself."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if data[at - 1 : at] in _GAPS and data[end : end + 1] in _GAPS:
            yield at, value
        at = data.find(word, end)
