import json
from typing import Any

import duckdb
import pytest

from orchestration.synth.json_sql import number, optional, resource_sql, text, words


def written(resource: dict[str, Any], values: str) -> Any:
    with duckdb.connect() as con:
        (line,) = con.execute(f"select {resource_sql(resource)} from (values ({values})) as row (a, b)").fetchone() or (
            "",
        )
    return json.loads(line)


def test_constants_and_values_stand_where_they_were_put() -> None:
    resource = {"kind": "it's", "id": text("a"), "list": [1, {"n": number("b")}], "yes": True}

    assert written(resource, "'x', 2.5") == {"kind": "it's", "id": "x", "list": [1, {"n": 2.5}], "yes": True}


def test_words_are_escaped() -> None:
    assert written({"name": words("a")}, "'O\"Neill \\ é\n', 1")["name"] == 'O"Neill \\ é\n'


@pytest.mark.parametrize("value", ["optional", "nested"])
def test_a_null_takes_its_optional_element_with_it_and_nothing_else(value: str) -> None:
    inner: Any = text("a") if value == "optional" else {"deep": [{"er": text("a")}]}

    assert written({"first": 1, "gone": optional(inner), "last": 2}, "cast(null as varchar), 1") == {
        "first": 1,
        "last": 2,
    }


def test_an_optional_item_of_a_list_leaves_no_comma() -> None:
    assert written({"list": [1, optional(text("a")), 3]}, "cast(null as varchar), 1") == {"list": [1, 3]}


def test_a_null_outside_any_optional_makes_the_whole_resource_null() -> None:
    with duckdb.connect() as con:
        row = con.execute(
            f"select {resource_sql({'id': text('a')})} from (select cast(null as varchar) as a)"
        ).fetchone()

    assert row == (None,)
