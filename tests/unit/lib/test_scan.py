"""The scanner finds a planted text in every container, so that its silence means something."""

import base64
import gzip
import sqlite3
import zipfile
from pathlib import Path

import duckdb
import pytest

from tests.lib.scan import finds

NUMBER, NAME = "9990000018", "Oyelowo-Featherstonehaugh"


def _parquet(path: Path) -> None:
    duckdb.sql(f"select * from (values ('x', '{NUMBER}'), ('y', '{NAME}')) as t(a, b)").write_parquet(
        str(path), compression="zstd"
    )


def _duckdb(path: Path) -> None:
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"create table t as select repeat('x', 50) || '{NUMBER}' as a from range(5000)")


def _sqlite(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("create table t (a text)")
        connection.execute("insert into t values (?)", (f"event {NUMBER}",))


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("inner.txt", NAME * 3)


CONTAINERS = {
    "parquet": _parquet,
    "duckdb": _duckdb,
    "sqlite": _sqlite,
    "zip": _zip,
    "gzip": lambda path: path.write_bytes(gzip.compress(NUMBER.encode())),
    "text": lambda path: path.write_text(f"log: {NUMBER}"),
    "respaced": lambda path: path.write_text("999 000 0018"),
    "hyphens": lambda path: path.write_text("999-000-0018"),
    "utf-16": lambda path: path.write_text(NAME, encoding="utf-16"),
    "base64": lambda path: path.write_bytes(base64.b64encode(f"--{NAME}--".encode())),
    "capitals": lambda path: path.write_text(NAME.upper()),
    "reversed": lambda path: path.write_text(NUMBER[::-1]),
}


@pytest.mark.parametrize("container", CONTAINERS)
def test_a_planted_text_is_found_in(container: str, tmp_path: Path) -> None:
    CONTAINERS[container](tmp_path / "file.bin")
    assert finds(tmp_path, [NUMBER, NAME])


def test_a_planted_text_is_found_in_a_file_name(tmp_path: Path) -> None:
    (tmp_path / f"{NUMBER}.txt").write_text("nothing")
    assert finds(tmp_path, [NUMBER]) == [f"{NUMBER}.txt: its name"]


def test_a_file_that_cannot_be_unpacked_is_a_find(tmp_path: Path) -> None:
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and nothing more")
    assert finds(tmp_path, [NUMBER])


def test_nothing_is_found_where_nothing_was_planted(tmp_path: Path) -> None:
    for container, write in CONTAINERS.items():
        write(tmp_path / container)
    assert finds(tmp_path, ["9990000026", "Nobody Of That Name"]) == []


def test_a_skipped_folder_is_not_looked_at(tmp_path: Path) -> None:
    (tmp_path / "landing").mkdir()
    (tmp_path / "landing" / "x.txt").write_text(NUMBER)
    assert finds(tmp_path, [NUMBER], skip=[tmp_path / "landing"]) == []
