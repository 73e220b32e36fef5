from pathlib import Path

import pytest

from orchestration.errors import ConfigError
from orchestration.yaml_file import MAX_BYTES, read_yaml


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "file.yaml"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_plain_words_stay_what_was_written(tmp_path: Path) -> None:
    path = written(tmp_path, "a: no\nb: 0123\nc: 12:30:45\nd: 2026-01-02\ne: 7\nf: true\ng: 1.5\nh: ~\n")
    assert read_yaml(path) == {
        "a": "no", "b": "0123", "c": "12:30:45", "d": "2026-01-02", "e": 7, "f": True, "g": 1.5, "h": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: 1\na: 2\n", "line 2: key 'a' stands there twice"),
        ("a: &x [1]\nb: *x\n", "aliases are not accepted"),
        ("a: [1\n", "not valid YAML"),
        (b"a: \xff\n", "not UTF-8"),
        ("a: " + "x" * MAX_BYTES, "larger than 256 KiB"),
        ("a: " + "[" * 5000, "not valid YAML"),
        ("a: !!python/object:os.system {}\n", "not valid YAML"),
    ],
)
def test_a_file_that_could_be_read_two_ways_is_refused(tmp_path: Path, text: str | bytes, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        read_yaml(written(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"policy\.yaml: cannot be read"):
        read_yaml(tmp_path / "policy.yaml")
