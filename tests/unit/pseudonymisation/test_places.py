from pathlib import Path

import duckdb
import pytest

from pseudonymisation.errors import IdentityError
from pseudonymisation.places import load_postcodes, postcode_sql


def looked_up(lookup: Path | None) -> dict[str, int]:
    connection = duckdb.connect()
    load_postcodes(connection, lookup, name="place")
    return dict(connection.execute("select postcode, imd_decile from place").fetchall())


def lay(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "postcode_imd.csv"
    path.write_text(content)
    return path


@pytest.mark.parametrize("written", ["SE1 7EH", "se17eh", " SE1  7EH ", "SE1-7EH", "SE1\u00a07EH"])
def test_a_postcode_is_the_same_however_it_is_written(written: str) -> None:
    found = duckdb.connect().execute(f"select {postcode_sql('?')}", [written]).fetchall()
    assert found == [("SE17EH",)]


def test_an_empty_postcode_is_null() -> None:
    assert duckdb.connect().execute(f"select {postcode_sql('?')}", [" - "]).fetchall() == [(None,)]


def test_a_lookup_gives_each_postcode_its_decile(tmp_path: Path) -> None:
    lookup = lay(tmp_path, "postcode,lsoa_code,imd_decile\nSE1 7EH,E01000001,3\nN1 1AA,E01000002,10\n")
    assert looked_up(lookup) == {"SE17EH": 3, "N11AA": 10}


def test_a_postcode_with_two_deciles_has_none(tmp_path: Path) -> None:
    lookup = lay(tmp_path, "postcode,lsoa_code,imd_decile\nSE1 7EH,E01000001,3\nSE17EH,E01000002,4\n")
    assert looked_up(lookup) == {}


def test_without_a_lookup_no_postcode_has_a_decile() -> None:
    assert looked_up(None) == {}


@pytest.mark.parametrize("decile", ["0", "11", "", "x", "3.5", " 3"])
def test_a_lookup_with_a_decile_outside_one_to_ten_is_refused(tmp_path: Path, decile: str) -> None:
    lookup = lay(tmp_path, f"postcode,lsoa_code,imd_decile\nSE1 7EH,E01000001,{decile}\n")
    with pytest.raises(IdentityError, match="1 rows have no imd_decile"):
        looked_up(lookup)


@pytest.mark.parametrize(
    "content",
    ["", "postcode,imd_decile\nSE1 7EH,3\n", "postcode,lsoa_code,imd_decile\nSE1 7EH,E01000001\n", "\x00\x01"],
)
def test_a_lookup_of_another_shape_is_refused_and_not_quoted(tmp_path: Path, content: str) -> None:
    with pytest.raises(IdentityError) as refused:
        looked_up(lay(tmp_path, content))
    assert "SE1" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_lookup_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(IdentityError):
        looked_up(tmp_path / "nothing.csv")
