from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from pseudonymisation.errors import IdentityError, PseudonymisationError
from pseudonymisation.keys import SiteKeys
from pseudonymisation.merges import follow
from pseudonymisation.people import IdentityInput, People, write_person_place
from pseudonymisation.policy import load_policy
from pseudonymisation.pseudonyms import pseudonym
from tests.unit.pseudonymisation.builders import KEYS, allowed, land, nhs_number, people_of, ward

N = [nhs_number(serial) for serial in range(6)]


def rows(people: People) -> dict[tuple[str, str], dict[str, object]]:
    return {(row["source"], row["local_id"]): row for row in pq.read_table(people.people).to_pylist()}


def statuses(people: People) -> dict[str, str]:
    return {local_id: row["status"] for (_, local_id), row in rows(people).items()}


def person_ids(people: People) -> dict[str, object]:
    return {local_id: row["person_id"] for (_, local_id), row in rows(people).items()}


def test_each_local_id_gets_one_status_and_only_the_permitted_a_pseudonym(tmp_path: Path) -> None:
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "1", "nhs_number": N[0]},
            {"local_id": "2", "nhs_number": "1234567890"},
            {"local_id": "3", "nhs_number": None},
            {"local_id": "4", "nhs_number": N[1]},
            {"local_id": "5", "nhs_number": N[2]},
            {"local_id": "6", "nhs_number": " - "},
        ],
    )
    people = people_of(tmp_path, ward(tmp_path, allowed=allowed([N[0], N[1]], opted_out=[N[1]])))
    assert statuses(people) == {
        "1": "permitted",
        "2": "nhs_number_invalid",
        "3": "nhs_number_missing",
        "4": "opted_out",
        "5": "opt_out_unchecked",
        "6": "nhs_number_missing",
    }
    assert person_ids(people) == {
        "1": pseudonym(N[0], key=KEYS.site("person")),
        **dict.fromkeys(["2", "3", "4", "5", "6"]),
    }
    assert people.counts == {
        "ward": {
            "permitted": 1,
            "nhs_number_invalid": 1,
            "nhs_number_missing": 2,
            "opted_out": 1,
            "opt_out_unchecked": 1,
        }
    }


def test_a_local_id_with_two_valid_numbers_is_nobodys(tmp_path: Path) -> None:
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "1", "nhs_number": N[0]},
            {"local_id": "1", "nhs_number": N[1]},
            {"local_id": "2", "nhs_number": N[2]},
            {"local_id": "2", "nhs_number": f"{N[2][:3]}-{N[2][3:]}"},
        ],
    )
    people = people_of(tmp_path, ward(tmp_path))
    assert statuses(people) == {"1": "nhs_number_conflicting", "2": "permitted"}
    assert person_ids(people)["1"] is None


def test_the_same_number_in_two_sources_and_two_ways_of_writing_is_one_person(tmp_path: Path) -> None:
    land(tmp_path / "a", "link", [{"local_id": "1", "nhs_number": N[0]}])
    land(tmp_path / "b", "link", [{"local_id": "x", "nhs_number": f"{N[0][:3]} {N[0][3:6]} {N[0][6:]}"}])
    people = people_of(tmp_path, ward(tmp_path, source="a"), ward(tmp_path, source="b"))
    assert person_ids(people)["1"] == person_ids(people)["x"]


def test_a_numeric_local_id_is_its_text(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": 17, "nhs_number": int(N[0])}])
    assert statuses(people_of(tmp_path, ward(tmp_path))) == {"17": "permitted"}


def test_merges_are_followed_to_the_record_that_stands(tmp_path: Path) -> None:
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "1", "nhs_number": N[1]},
            {"local_id": "2", "nhs_number": None},
            {"local_id": "3", "nhs_number": N[0]},
        ],
    )
    land(
        tmp_path / "ward",
        "merge",
        [
            {"old_id": "1", "new_id": "2", "merged_at": "2024-01-01"},
            {"old_id": "2", "new_id": "3", "merged_at": "2024-02-01"},
            {"old_id": "0", "new_id": "3", "merged_at": "2024-02-01"},
            {"old_id": "3", "new_id": "3", "merged_at": "2024-02-01"},
            {"old_id": "9", "new_id": "8", "merged_at": None},
        ],
    )
    people = people_of(tmp_path, ward(tmp_path))
    found = person_ids(people)
    assert len({found[local_id] for local_id in "0123"}) == 1
    assert found["3"] == pseudonym(N[0], key=KEYS.site("person"))
    assert statuses(people)["9"] == "person_unknown"


def test_of_two_merges_of_one_record_the_newest_counts(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": str(serial), "nhs_number": N[serial]} for serial in range(3)])
    land(
        tmp_path / "ward",
        "merge",
        [
            {"old_id": "0", "new_id": "1", "merged_at": "2024-05-01T10:00:00+01:00"},
            {"old_id": "0", "new_id": "2", "merged_at": "2024-05-01T09:30:00Z"},
        ],
    )
    found = person_ids(people_of(tmp_path, ward(tmp_path)))
    assert found["0"] == found["2"] != found["1"]


def test_merges_in_a_circle_stop_everything_and_are_counted(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": str(serial), "nhs_number": N[serial]} for serial in range(3)])
    land(
        tmp_path / "ward",
        "merge",
        [{"old_id": old, "new_id": new, "merged_at": None} for old, new in ["01", "12", "21"]],
    )
    with pytest.raises(IdentityError, match="source ward: 3 records are merged in a circle"):
        people_of(tmp_path, ward(tmp_path))
    assert not (tmp_path / "people.parquet").exists()


def test_a_long_chain_of_merges_is_followed() -> None:
    targets = {str(place): str(place + 1) for place in range(20_000)}
    assert set(follow(targets, source="ward").values()) == {"20000"}


def test_a_person_who_opted_out_under_an_earlier_number_has_opted_out(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": str(serial), "nhs_number": N[serial]} for serial in range(2)])
    land(tmp_path / "ward", "merge", [{"old_id": "0", "new_id": "1", "merged_at": None}])
    people = people_of(tmp_path, ward(tmp_path, allowed=allowed(N[:2], opted_out=[N[0]])))
    assert statuses(people) == {"0": "opted_out", "1": "opted_out"}


def test_an_opt_out_holds_in_the_sources_that_it_applies_to(tmp_path: Path) -> None:
    for source in ("a", "b"):
        land(tmp_path / source, "link", [{"local_id": source, "nhs_number": N[0]}])
    checked = allowed(N[:2], opted_out=N[:1])
    people = people_of(tmp_path, ward(tmp_path, source="a", allowed=checked), ward(tmp_path, source="b"))
    assert statuses(people) == {"a": "opted_out", "b": "permitted"}


def test_local_ids_of_two_sources_without_nhs_numbers_are_never_one_person(tmp_path: Path) -> None:
    sources = []
    for source in ("a", "b"):
        land(tmp_path / source, "stay", [{"local_id": 1}, {"local_id": 1}, {"local_id": None}])
        sources.append(replace(ward(tmp_path, source=source), mode="local_id"))
    people = people_of(tmp_path, *sources)
    found = rows(people)
    assert set(found) == {("a", "1"), ("b", "1")}
    assert found["a", "1"]["person_id"] == pseudonym("local:a:1", key=KEYS.site("person"))
    assert found["a", "1"]["person_id"] != found["b", "1"]["person_id"]
    assert found["a", "1"]["nhs_number"] is None


def test_opt_outs_cannot_be_applied_where_nhs_numbers_are_not_known(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="identity: nhs_number"):
        replace(ward(tmp_path), mode="local_id", allowed=allowed(N[:1]))


def images(tmp_path: Path, **changes: object) -> IdentityInput:
    source = IdentityInput("pacs", load_policy("dicom").identity, tmp_path / "pacs", "nhs_number", None)
    return replace(source, **changes)  # type: ignore[arg-type]  # Passed through as it came.


def test_a_hospital_number_is_resolved_through_the_records_of_other_sources(tmp_path: Path) -> None:
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "1", "nhs_number": N[0], "mrn": "RJ100"},
            {"local_id": "2", "nhs_number": N[1], "mrn": "RJ200"},
            {"local_id": "3", "nhs_number": None, "mrn": "RJ300"},
            {"local_id": "4", "nhs_number": N[2], "mrn": "RJ400"},
            {"local_id": "5", "nhs_number": N[3], "mrn": "RJ400"},
            {"local_id": "6", "nhs_number": None, "mrn": "RJ100"},
        ],
    )
    land(
        tmp_path / "pacs",
        "instance",
        [{"patient_id": text} for text in ("rj100 ", "RJ200", "RJ300", "RJ400", "RJ999", None)],
    )
    checked = allowed(N[:4], opted_out=[N[1]])
    people = people_of(tmp_path, images(tmp_path, allowed=checked), ward(tmp_path, allowed=checked))
    found = {local_id: row for (source, local_id), row in rows(people).items() if source == "pacs"}
    assert {local_id: row["status"] for local_id, row in found.items()} == {
        "rj100": "permitted",
        "RJ200": "opted_out",
        "RJ300": "nhs_number_missing",
        # Two people have it, so it is nobody's.
        "RJ400": "person_unknown",
        "RJ999": "person_unknown",
    }
    assert found["rj100"]["person_id"] == pseudonym(N[0], key=KEYS.site("person"))


def test_images_without_another_source_can_be_resolved_by_their_own_numbers(tmp_path: Path) -> None:
    land(tmp_path / "pacs", "instance", [{"patient_id": "RJ100"}])
    people = people_of(tmp_path, images(tmp_path, mode="local_id"))
    assert person_ids(people) == {"RJ100": pseudonym("local:pacs:RJ100", key=KEYS.site("person"))}


def test_a_source_that_was_not_landed_has_no_people(tmp_path: Path) -> None:
    people = people_of(tmp_path, ward(tmp_path), images(tmp_path))
    assert rows(people) == {}
    assert people.counts == {"ward": {}, "pacs": {}}


def test_known_text_is_that_of_every_record_of_a_permitted_person(tmp_path: Path) -> None:
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "1", "nhs_number": N[0], "given_name": "Ada", "family_name": "Brindle"},
            {"local_id": "2", "nhs_number": None, "given_name": "Addie", "family_name": "Thrupp"},
            {"local_id": "3", "nhs_number": N[1], "given_name": "Opal", "family_name": "Outterside"},
        ],
    )
    land(tmp_path / "ward", "merge", [{"old_id": "2", "new_id": "1", "merged_at": None}])
    people = people_of(tmp_path, ward(tmp_path, allowed=allowed(N[:2], opted_out=[N[1]])))
    known = pq.read_table(people.known_text).to_pylist()
    assert {(row["person_id"], row["family_name"]) for row in known} == {
        (pseudonym(N[0], key=KEYS.site("person")), "Brindle"),
        (pseudonym(N[0], key=KEYS.site("person")), "Thrupp"),
    }
    assert set(known[0]) == {"person_id", "given_name", "family_name", "birth_date"}


def test_a_place_is_that_of_the_record_that_stands_and_is_written_once_for_each_person(tmp_path: Path) -> None:
    lookup = tmp_path / "lookup.csv"
    lookup.write_text("postcode,lsoa_code,imd_decile\nSE1 7EH,E01,2\nN1 1AA,E02,9\n")
    land(
        tmp_path / "ward",
        "link",
        [
            {"local_id": "1", "nhs_number": N[0], "postcode": "se17eh"},
            {"local_id": "2", "nhs_number": N[1], "postcode": "N1 1AA"},
            {"local_id": "3", "nhs_number": N[2], "postcode": "XX1 1XX"},
            {"local_id": "4", "nhs_number": None, "postcode": "N1 1AA"},
        ],
    )
    land(tmp_path / "ward", "merge", [{"old_id": "2", "new_id": "1", "merged_at": None}])
    people = people_of(tmp_path, ward(tmp_path), postcode_lookup=lookup)
    out_path = tmp_path / "zone" / "site.parquet"
    assert write_person_place(duckdb.connect(), people.people, out_path=out_path) == 2
    key = KEYS.site("person")
    assert sorted(pq.read_table(out_path).to_pylist(), key=lambda row: row["imd_decile"] or 0) == [
        {"person_id": pseudonym(N[2], key=key), "imd_decile": None, "source": "site"},
        {"person_id": pseudonym(N[0], key=key), "imd_decile": 2, "source": "site"},
    ]


def test_another_site_key_gives_other_people(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": "1", "nhs_number": N[0]}])
    one = person_ids(people_of(tmp_path, ward(tmp_path)))["1"]
    assert one != person_ids(people_of(tmp_path, ward(tmp_path), keys=SiteKeys(bytes(32))))["1"]


def test_the_files_are_the_same_bytes_whatever_the_order_of_rows_and_are_for_their_owner_only(tmp_path: Path) -> None:
    records = [
        {"local_id": str(serial), "nhs_number": N[serial], "family_name": f"Name{serial}"} for serial in range(6)
    ]
    digests = set()
    for name, order in (("a", records), ("b", records[::-1])):
        land(tmp_path / name / "ward", "link", order)
        people = people_of(tmp_path / name, ward(tmp_path / name))
        digests.add((people.people.read_bytes(), people.known_text.read_bytes()))
        assert people.people.stat().st_mode & 0o077 == 0
    assert len(digests) == 1


def test_two_sources_with_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(IdentityError, match="name of its own"):
        people_of(tmp_path, ward(tmp_path), ward(tmp_path))


def test_nothing_identifiable_stays_in_the_connection(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": "1", "nhs_number": N[0]}])
    connection = duckdb.connect()
    from pseudonymisation.people import resolve_people

    resolve_people(connection, [ward(tmp_path)], keys=KEYS, into=tmp_path, postcode_lookup=None)
    assert connection.execute("select table_name from duckdb_tables()").fetchall() == []


def test_a_landed_file_that_cannot_be_read_is_an_error_without_its_content(tmp_path: Path) -> None:
    folder = land(tmp_path / "ward", "link", [{"local_id": "1", "nhs_number": N[0]}])
    file = next(folder.iterdir())
    file.write_bytes(file.read_bytes()[:-20] + b"Brindle")
    with pytest.raises(PseudonymisationError, match="people: stopped by") as refused:
        people_of(tmp_path, ward(tmp_path))
    assert "Brindle" not in str(refused.value)
    assert refused.value.__cause__ is None
