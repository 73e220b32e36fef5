"""The sandbox of every connection: nine ways out, none open."""

from pathlib import Path

import duckdb
import pytest

from orchestration.duck import connect, literal, quoted

WAYS_OUT = {
    "absolute path": "select * from read_text('/etc/hostname')",
    "traversal": "select * from read_text('{allowed}/../secret.txt')",
    "symbolic link": "select * from read_text('{allowed}/link.txt')",
    "copy out": "copy (select 1) to '{outside}/out.csv'",
    "attach": "attach '{outside}/other.duckdb'",
    "install": "install httpfs",
    "load": "load httpfs",
    "network": "select * from read_csv('https://localhost:1/x.csv')",
    "unlock": "set enable_external_access = true",
    "allow more": "set allowed_directories = ['/']",
}


@pytest.mark.parametrize("way", WAYS_OUT, ids=str)
def test_no_way_leads_out_of_the_allowed_folder(tmp_path: Path, way: str) -> None:
    allowed, outside = tmp_path / "allowed", tmp_path
    allowed.mkdir()
    (outside / "secret.txt").write_text("secret")
    (allowed / "link.txt").symlink_to(outside / "secret.txt")
    connection = connect(allowed_directories=[allowed])
    with pytest.raises(duckdb.Error):
        connection.execute(WAYS_OUT[way].format(allowed=allowed, outside=outside)).fetchall()


def test_the_allowed_folder_can_be_read_and_written(tmp_path: Path) -> None:
    connection = connect(allowed_directories=[tmp_path])
    connection.execute(f"copy (select 1 as x) to {literal(tmp_path / 'x.parquet')}")
    assert connection.execute(f"select x from {literal(tmp_path / 'x.parquet')}").fetchall() == [(1,)]


def test_times_are_utc(tmp_path: Path) -> None:
    connection = connect(allowed_directories=[tmp_path])
    assert connection.execute("select cast(timestamptz '2024-07-01 12:00:00+01' as timestamp)").fetchone() is not None
    assert connection.execute("select current_setting('timezone')").fetchone() == ("UTC",)


def test_names_and_texts_are_quoted() -> None:
    assert quoted('a"b') == '"a""b"'
    assert literal("it's") == "'it''s'"
