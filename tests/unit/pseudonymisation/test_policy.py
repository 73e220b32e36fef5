import hashlib
from pathlib import Path

import pytest

from pseudonymisation.errors import PolicyError
from pseudonymisation.policy import POLICIES, load_policy, output_schema, parse_policy
from tests.unit.pseudonymisation.builders import POLICY, table

KINDS = sorted(path.stem for path in POLICIES.glob("*.yaml"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_policy_in_the_package_is_valid_and_carries_the_digest_of_its_file(kind: str) -> None:
    policy = load_policy(kind)
    assert policy.kind == kind
    assert policy.digest == hashlib.sha256((POLICIES / f"{kind}.yaml").read_bytes()).hexdigest()


@pytest.mark.parametrize("kind", KINDS)
def test_every_output_begins_with_the_person_and_ends_with_the_source(kind: str) -> None:
    for policy_table in load_policy(kind).tables.values():
        names = [name for name, _ in output_schema(policy_table)]
        if policy_table.zone == "identifiable":
            assert names == []
        else:
            assert names[-1] == "source"
            assert (names[0] == "person_id") == (policy_table.person is not None)
            assert len(set(names)) == len(names)


def test_the_output_has_one_column_for_each_that_is_passed_on_in_its_type() -> None:
    assert output_schema(table("stay")) == [
        ("person_id", "VARCHAR"),
        ("stay_id", "VARCHAR"),
        ("accession", "VARCHAR"),
        ("study", "VARCHAR"),
        ("started_at", "TIMESTAMP"),
        ("ended_on", "DATE"),
        ("beds", "INTEGER"),
        ("weight", "DOUBLE"),
        ("ward", "VARCHAR"),
        ("code", "VARCHAR"),
        ("pain", "INTEGER"),
        ("clock", "VARCHAR"),
        ("source", "VARCHAR"),
    ]


def test_a_range_is_of_doubles_where_its_bounds_are_written_with_a_point() -> None:
    ranged = parse_policy(POLICY.replace("range 0 10", "range 0.0 10.0")).tables["stay"]
    assert dict(output_schema(ranged))["pain"] == "DOUBLE"


def test_a_dropped_column_is_not_read_unless_it_is_the_key() -> None:
    assert "secret" not in table("stay").landed_columns
    keyed = parse_policy(POLICY.replace("stay_id: pseudonym encounter", "stay_id: drop")).tables["stay"]
    assert "stay_id" in keyed.landed_columns
    assert "stay_id" not in dict(output_schema(keyed))


def test_the_needed_columns_are_the_person_and_what_is_required() -> None:
    assert table("stay").needed_columns == ("local_id", "started_at")
    assert table("link").needed_columns == ("local_id",)
    assert table("site").needed_columns == table("site").key


def test_the_key_of_a_resource_is_read_under_its_path_and_condition() -> None:
    column = load_policy("fhir").tables["patient_identity"].columns["mrn"]
    assert column.where == {"type.coding[0].code": "MR"}
    assert (column.path, column.take) == ("$.identifier", "$.value")


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("version: 1", "version: one", "version"),
        ("standard: invented for tests", "standard: 3", "standard"),
        ("kind: ward", "kind: Ward", "kind"),
        ("kind: ward", "colour: red\nkind: ward", "colour"),
        ("    zone: reference", "    zone: public", "tables.site.zone"),
        ("    zone: reference\n", "", "tables.site"),
        ("    person: local_id\n    key: [note_id]", "    key: [note_id]", "tables.note.person"),
        ("key: [stay_id]", "key: [bed_id]", "tables.stay.key"),
        ("key: [stay_id]", "key: [stay_id, stay_id]", "tables.stay.key"),
        ("ward: one_of A|B", "ward: one_of", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "ward: one_of A|A", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "ward: guess", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "ward: {action: code, colour: red}", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "ward: {path: $.x}", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "ward: {action: code, take: $.x}", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "ward: {action: code, reference: yes please}", "tables.stay.columns.ward.reference"),
        ("ward: one_of A|B", "ward: {action: code, format: x}", "tables.stay.columns.ward.format"),
        ("ward: one_of A|B", "ward: [code]", "tables.stay.columns.ward"),
        ("ward: one_of A|B", "Ward: code", "tables.stay.columns.Ward"),
        ("ward: one_of A|B", "source: code", "tables.stay.columns.source"),
        ("ward: one_of A|B", "person_id: code", "tables.stay"),
        ("ward: one_of A|B", "ward: identify", "tables.stay"),
        ("ward: one_of A|B", "ward: person", "tables.stay.person"),
        ("beds: keep integer", "beds: keep number", "tables.stay.columns.beds"),
        ("beds: keep integer", "beds: required code", "tables.stay.columns.beds"),
        ("pain: range 0 10", "pain: range 10 0", "tables.stay.columns.pain"),
        ("pain: range 0 10", "pain: range 0 ten", "tables.stay.columns.pain"),
        ("code: code", "code: code x", "tables.stay.columns.code"),
        ("table: link", "table: links", "links"),
        ("mrn: mrn\n", "mrn: hospital_number\n", "hospital_number"),
        ("  nhs_number: nhs_number\n", "", "nhs_number"),
        ("fallback: {table: stay, local_id: local_id}", "fallback: {table: stay}", "fallback"),
        ("fallback: {table: stay, local_id: local_id}", "fallback: {table: stay, local_id: secret}", "secret"),
        ("known_text: [given_name,", "known_text: [nickname,", "nickname"),
        ("  note:\n", "  Note:\n", "tables.Note"),
        ("      words: text", "      words: text\n      words: code", "words"),
        ("words: text", "words: &x text", "anchors"),
        ("words: text", "words: !!str text", "tags"),
        ("words: text", "words: {", "line"),
        ("words: text", "7: text", "quote"),
    ],
)
def test_a_policy_with_a_mistake_is_refused_and_the_place_is_named(old: str, new: str, place: str) -> None:
    assert POLICY.count(old) >= 1
    with pytest.raises(PolicyError) as refused:
        parse_policy(POLICY.replace(old, new, 1))
    assert place in str(refused.value)


@pytest.mark.parametrize("content", [b"\xff\xfe", b"[]", b"", b"kind: 2020-99-99", b"\x00"])
def test_what_is_not_a_mapping_in_utf8_is_no_policy(content: bytes) -> None:
    with pytest.raises(PolicyError):
        parse_policy(content)


def test_a_kind_without_a_policy_is_refused_without_touching_a_path() -> None:
    with pytest.raises(PolicyError, match="known kinds: "):
        load_policy("../keys")


def test_no_policy_of_a_person_passes_a_column_on_that_names_one() -> None:
    naming = {"nhs_number", "mrn", "family_name", "given_name", "postcode", "address_line", "phone", "email"}
    for path in Path(POLICIES).glob("*.yaml"):
        for policy_table in load_policy(path.stem).tables.values():
            assert not naming & dict(output_schema(policy_table)).keys()
