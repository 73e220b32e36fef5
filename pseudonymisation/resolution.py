"""The steps from landed identity records to people, each a temporary table that the next one reads.

    record        one row per identity record as landed
    merge_target  which record a merged one ends in (`merges.py`)
    candidate     one row per source and local id: status and NHS number before opt-outs
    resolved      the same with opt-outs applied, and `person_id` of the permitted

Temporary, because a connection may have a database file behind it, and what is in here must not come to lie there.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pseudonymisation.identifiers import normalise_nhs_numbers
from pseudonymisation.keys import PseudonymKey
from pseudonymisation.places import postcode_sql
from pseudonymisation.pseudonyms import pseudonyms
from pseudonymisation.relations import as_text, landed_files, literal, map_values, quoted, read_parquet, types_of

if TYPE_CHECKING:
    import duckdb

    from pseudonymisation.optout import AllowedSet
    from pseudonymisation.people import IdentityInput

TABLES = (
    "record", "first_record", "conflict", "merge_target", "postcode_decile", "number", "candidate", "hospital_number",
    "checked_number", "refused_person", "resolved", "person_pseudonym",
)  # fmt: skip


def known(kind: str) -> str:
    """Return the name that a kind of known text has in `record`, apart from the names of its other columns."""
    return f"known_{kind}"


def drop_all(connection: "duckdb.DuckDBPyConnection") -> None:
    """Drop every table of this module."""
    for table in TABLES:
        connection.execute(f"drop table if exists temp.{table}")


def load_records(
    connection: "duckdb.DuckDBPyConnection", links: Sequence["IdentityInput"], kinds: Sequence[str]
) -> None:
    """Make `record`, and `first_record` with one of them per source and local id."""
    more = "".join(f", {quoted(known(kind))} varchar" for kind in kinds)
    connection.execute(
        "create or replace temp table record (source varchar, local_id varchar, nhs_text varchar, "
        f"hospital_number varchar, postcode varchar, file varchar, row bigint{more})"
    )
    for link in links:
        if link.identity.resolve_by is None:
            _insert_records(connection, link, kinds)
        if link.identity.resolve_by is not None or link.mode == "local_id":
            _insert_local_ids(connection, link)
    connection.execute(
        "create or replace temp table first_record as select * from record "
        "qualify row_number() over (partition by source, local_id order by file, row) = 1"
    )


def _insert_records(connection: "duckdb.DuckDBPyConnection", link: "IdentityInput", kinds: Sequence[str]) -> None:
    identity = link.identity
    files = landed_files(link.landing / identity.table)
    if not files:
        return
    relation = read_parquet(files)
    types = types_of(connection, relation)
    # Where config says that local ids are all there is, a number that happens to stand there says nothing.
    nhs_number = identity.nhs_number if link.mode == "nhs_number" else None
    mrn, nhs_text, postcode = (as_text(column, types) for column in (identity.mrn, nhs_number, identity.postcode))
    more = "".join(f", {as_text(kind if kind in identity.known_text else None, types)}" for kind in kinds)
    local_id = as_text(identity.local_id, types)
    connection.execute(
        f"insert into record select {literal(link.source)}, {local_id}, {nhs_text}, {_hospital_number(mrn)}, "
        f"{postcode_sql(postcode)}, _file, _row{more} from {relation} where {local_id} is not null"
    )


def _insert_local_ids(connection: "duckdb.DuckDBPyConnection", link: "IdentityInput") -> None:
    """Add a bare record for each local id of the fallback table that no identity record names."""
    files = landed_files(link.landing / link.identity.fallback_table)
    if not files:
        return
    relation = read_parquet(files)
    local_id = as_text(link.identity.fallback_local_id, types_of(connection, relation))
    source = literal(link.source)
    connection.execute(
        f"insert into record by name select distinct {source} as source, {local_id} as local_id from {relation} "
        f"where {local_id} is not null and {local_id} not in (select local_id from record where source = {source})"
    )


def _hospital_number(text: str) -> str:
    return f"upper(trim({text}))"


def load_candidates(connection: "duckdb.DuckDBPyConnection", links: Sequence["IdentityInput"]) -> None:
    """Make `candidate`, with hospital numbers resolved through the records of other sources."""
    map_values(
        connection,
        "select distinct nhs_text from record where nhs_text is not null",
        into="number",
        columns=("nhs_text", "nhs_number", "reason"),
        function=normalise_nhs_numbers,
    )
    # Two valid numbers for one local id: nobody can say whose its rows are, and a guess would mix two people.
    connection.execute(
        "create or replace temp table conflict as select source, local_id from record join number using (nhs_text) "
        "where nhs_number is not null group by all having count(distinct nhs_number) > 1"
    )
    connection.execute(
        "create or replace temp table candidate (source varchar, local_id varchar, final_id varchar, status varchar, "
        "nhs_number varchar, imd_decile integer)"
    )
    for link in links:
        if link.identity.resolve_by is None or link.mode == "local_id":
            _insert_candidates(connection, link)
    _load_hospital_numbers(connection, links)
    for link in links:
        if link.identity.resolve_by is not None and link.mode == "nhs_number":
            connection.execute(
                "insert into candidate by name select record.source, local_id, local_id as final_id, "
                "coalesce(hospital_number.status, 'person_unknown') as status, hospital_number.nhs_number "
                "from first_record as record "
                f"left join hospital_number on hospital_number.hospital_number = {_hospital_number('local_id')} "
                f"where record.source = {literal(link.source)}"
            )


def _insert_candidates(connection: "duckdb.DuckDBPyConnection", link: "IdentityInput") -> None:
    source = literal(link.source)
    missing = "" if link.mode == "local_id" else "when record.nhs_text is null then 'nhs_number_missing' "
    connection.execute(
        f"""
        insert into candidate
        with ids as (
            select local_id from first_record where source = {source}
            union
            select local_id from merge_target where source = {source}
        )
        select
            {source},
            ids.local_id,
            coalesce(merge_target.final_id, ids.local_id),
            case when record.local_id is null then 'person_unknown'
                when conflict.local_id is not null then 'nhs_number_conflicting' {missing}
                else coalesce(number.reason, 'permitted') end,
            case when conflict.local_id is null then number.nhs_number end,
            postcode_decile.imd_decile
        from ids
        left join merge_target on merge_target.source = {source} and merge_target.local_id = ids.local_id
        left join first_record as record
            on record.source = {source} and record.local_id = coalesce(merge_target.final_id, ids.local_id)
        left join conflict on conflict.source = {source} and conflict.local_id = record.local_id
        left join number on number.nhs_text = record.nhs_text
        left join postcode_decile on postcode_decile.postcode = record.postcode
        """
    )


def _load_hospital_numbers(connection: "duckdb.DuckDBPyConnection", links: Sequence["IdentityInput"]) -> None:
    """Make `hospital_number`: whose it is, or why nobody can say; one that two people have is nobody's."""
    sources = [link.source for link in links if link.identity.resolve_by is None and link.mode == "nhs_number"]
    connection.execute(
        f"""
        create or replace temp table hospital_number as
        select
            record.hospital_number,
            case count(distinct candidate.nhs_number)
                when 0 then min(candidate.status)
                when 1 then 'permitted'
                else 'person_unknown'
            end as status,
            case count(distinct candidate.nhs_number) when 1 then min(candidate.nhs_number) end as nhs_number
        from record
        join candidate using (source, local_id)
        where record.hospital_number is not null and list_contains([{", ".join(map(literal, sources))}], source)
        group by record.hospital_number
        """
    )


def apply_opt_outs(connection: "duckdb.DuckDBPyConnection", links: Sequence["IdentityInput"]) -> None:
    """Make `resolved` from `candidate`: who opted out, or was not asked about, is not permitted."""
    lists: list[AllowedSet] = []
    for link in links:
        if link.allowed is not None and not any(link.allowed is known_list for known_list in lists):
            lists.append(link.allowed)
    _load_checked_numbers(connection, lists)
    # A person who opted out under a number that was later superseded has opted out.
    connection.execute(
        """
        create or replace temp table refused_person as
        select distinct checked_number.list, candidate.nhs_number
        from record
        join candidate using (source, local_id)
        join number on number.nhs_text = record.nhs_text
        join checked_number on checked_number.nhs_number = number.nhs_number
        where not checked_number.is_allowed and candidate.nhs_number is not null
        """
    )
    connection.execute("create or replace temp table resolved as select *, '' as identifier from candidate limit 0")
    for link in links:
        number = next((index for index, known_list in enumerate(lists) if known_list is link.allowed), None)
        _insert_resolved(connection, link, number)


def _load_checked_numbers(connection: "duckdb.DuckDBPyConnection", lists: Sequence["AllowedSet"]) -> None:
    import pyarrow as pa

    connection.execute(
        "create or replace temp table checked_number (list integer, nhs_number varchar, is_allowed boolean)"
    )
    for index, checked in enumerate(lists):
        connection.register("requested_numbers", pa.table({"nhs_number": pa.array(checked.requested, pa.string())}))
        connection.register("allowed_numbers", pa.table({"nhs_number": pa.array(checked.allowed, pa.string())}))
        connection.execute(
            f"insert into checked_number select {index}, nhs_number, allowed.nhs_number is not null "
            "from requested_numbers left join allowed_numbers as allowed using (nhs_number)"
        )
        connection.unregister("requested_numbers")
        connection.unregister("allowed_numbers")


def _insert_resolved(connection: "duckdb.DuckDBPyConnection", link: "IdentityInput", number: int | None) -> None:
    source = literal(link.source)
    # Two sources without NHS numbers have no person in common, whatever their local ids are.
    identifier = f"{literal(f'local:{link.source}:')} || final_id" if link.mode == "local_id" else "nhs_number"
    status = "status"
    if number is not None:
        status = (
            "case when status <> 'permitted' then status "
            f"when nhs_number in (select nhs_number from refused_person where list = {number}) then 'opted_out' "
            f"when nhs_number in (select nhs_number from checked_number where list = {number}) then 'permitted' "
            "else 'opt_out_unchecked' end"
        )
    connection.execute(
        f"insert into resolved by name select source, local_id, final_id, {status} as status, nhs_number, imd_decile, "
        f"{identifier} as identifier from candidate where source = {source}"
    )


def load_person_ids(connection: "duckdb.DuckDBPyConnection", *, key: PseudonymKey) -> None:
    """Add `person_id` to `resolved`, each person's once."""
    map_values(
        connection,
        "select distinct identifier from resolved where status = 'permitted'",
        into="person_pseudonym",
        columns=("identifier", "person_id"),
        function=lambda identifiers: (pseudonyms(identifiers, key=key),),
    )
    connection.execute(
        "create or replace temp table resolved as select resolved.*, "
        "case when status = 'permitted' then person_pseudonym.person_id end as person_id "
        "from resolved left join person_pseudonym using (identifier)"
    )
