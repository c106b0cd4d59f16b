"""The line of a key is found however TOML writes it."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.site.toml_lines import error_line, line_of

TEXT = '''\
# url = "not this one"
id = "a"

"name" = """
url = "inside a text"
[broker]
"""
list = [
  1,   # [broker]
  2,
]

[ broker ]   # here
url = "u"
tls.ca = "c"
deep = { er = { key = 1 } }
\tuser = 'x'
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("id",), 2),
        (("name",), 4),
        (("list",), 8),
        (("broker",), 13),
        (("broker", "url"), 14),
        (("broker", "tls", "ca"), 15),
        (("broker", "deep", "er", "key"), 16),
        (("broker", "user"), 17),
        (("nowhere",), 1),
        (("id", "inside"), 1),
    ],
)
def test_line_of_a_key(path: tuple[str, ...], line: int) -> None:
    assert line_of(TEXT, path) == line
    assert line_of(TEXT.replace("\n", "\r\n"), path) == line


def test_line_of_an_error_at_the_end_is_the_last() -> None:
    text = 'a = 1\nb = "\n\n'
    with pytest.raises(tomllib.TOMLDecodeError) as wrong:
        tomllib.loads(text)
    assert error_line(text, wrong.value) == 2


KEYS = st.lists(st.text("abcdefgh", min_size=1, max_size=4), min_size=1, max_size=8, unique=True)


@given(keys=KEYS, gaps=st.lists(st.sampled_from(["", "# remark", "  "]), min_size=8, max_size=8))
def test_every_key_of_a_flat_file_is_found_on_its_line(keys: list[str], gaps: list[str]) -> None:
    lines = [line for key, gap in zip(keys, gaps, strict=False) for line in (gap, f"{key} = 1")]
    text = "\n".join(lines)
    assert [line_of(text, (key,)) for key in keys] == [2 * index + 2 for index in range(len(keys))]
