"""JSON into structs, by several threads at once."""

from __future__ import annotations

import subprocess
import sys

import msgspec
import pytest

from partywall.system.decoding import convert, decode

MEET = """
import sys, threading
import msgspec
from partywall.system.decoding import convert, decode

sys.setswitchinterval(1e-6)
TEXT = b'{"inner": {"x": 1}, "other": {"x": 2}, "more": {"q": {"x": 3}}}'

def meet(number):
    inner, other = f"Inner{number}", f"Other{number}"
    for name in (inner, other):
        globals()[name] = msgspec.defstruct(name, [("x", "int")], module=__name__)
    fields = [("inner", inner), ("other", f"{other} | None"), ("more", f"dict[str, {other}]")]
    outer = msgspec.defstruct("Outer", fields, module=__name__)
    barrier = threading.Barrier(4)

    def read(way):
        barrier.wait()
        found = way(outer)
        assert (found.inner.x, found.other.x, found.more["q"].x) == (1, 2, 3)
        read_by.append(way)

    read_by = []
    ways = [lambda it: decode(TEXT, it), lambda it: convert(decode(TEXT), it)] * 2
    threads = [threading.Thread(target=read, args=(way,)) for way in ways]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert len(read_by) == 4

for number in range(500):
    meet(number)
"""


class _Point(msgspec.Struct):
    x: int


def test_threads_that_meet_over_a_new_struct_all_read_it():
    done = subprocess.run([sys.executable, "-c", MEET], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_what_does_not_fit_is_an_error():
    assert decode(b'{"x": 1}', _Point) == convert({"x": 1}, _Point) == _Point(1)
    assert decode("[1]") == [1]
    with pytest.raises(msgspec.ValidationError, match="int"):
        decode(b'{"x": "one"}', _Point)
    with pytest.raises(msgspec.ValidationError, match="int"):
        convert({"x": "one"}, _Point)
    with pytest.raises(msgspec.DecodeError, match="truncated"):
        decode(b"{", _Point)
