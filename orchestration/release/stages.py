"""The stages of a release on one site: candidate, the gate as a display, publication, and the list of what is out.

Here belongs what the gate and the manifest are told about a site; how they work belongs to the other modules.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.facts import OptOutEvidence
from expectations.gate import GateResult, evaluate_gate
from orchestration.config import Request
from orchestration.duck import connect, literal, quoted
from orchestration.release import candidate as candidates
from orchestration.release.candidate import Candidate
from orchestration.release.contract import release_contract
from orchestration.release.describe import describe_release
from orchestration.release.facts import KNOWN_IDENTIFIERS, OPTED_OUT, gate_facts
from orchestration.release.manifest import MANIFEST, FileEntry, Origin, file_digest, library_versions, tree_digest
from orchestration.release.publish import GATE, Published
from orchestration.release.publish import publish as publish_candidate
from orchestration.release.signing import load_signing_key
from orchestration.site import Site
from orchestration.stages import KINDS, allowed_set
from pseudonymisation.keys import PseudonymKey
from pseudonymisation.optout import AllowedSet
from pseudonymisation.policy import Table, load_policy
from pseudonymisation.pseudonyms import pseudonym, pseudonyms

if TYPE_CHECKING:
    import duckdb

ROOT = Path(__file__).parents[2]
CODE = ("orchestration", "pseudonymisation", "expectations", "dbt_project")
LIBRARIES = ("dbt-core", "dbt-duckdb", "duckdb", "great-expectations", "presidio-analyzer", "pyarrow", "pydicom")
EPOCH = 1


@dataclass(frozen=True)
class Release:
    """One published release: its name, rows, how many rules of its gate held, and where it lies."""

    name: str
    rows: int
    gate: str
    path: Path


def candidate(site: Site, request: Request) -> Candidate:
    """Make the candidate of one request from the warehouse."""
    zones, cohort = site.zones, site.config.cohorts[request.cohort]
    key = project_key(site, request)
    folder = zones.quarantine / request.name
    with zones.held():
        connection = connect(allowed_directories=[folder], database=zones.warehouse, read_only=True, spill=zones.spill)
        try:
            return candidates.build_candidate(
                connection,
                cohort=cohort,
                request=request,
                project_pseudonyms=partial(_pseudonyms, key=key),
                key_check_value=_check_value(key),
                attrition=candidates.read_attrition(connection, cohort),
                folder=folder,
            )
        finally:
            connection.close()


def gate(site: Site, request: Request, *, today: date) -> GateResult:
    """Evaluate the gate on a candidate, for display; the publisher does it again on what it publishes."""
    found = candidates.open_candidate(site.zones.quarantine / request.name)
    return _evaluate(found.paths, site=site, request=request, found=found, today=today)


def publish(site: Site, request: Request, *, today: date) -> Published:
    """Publish the candidate of one request, if every rule holds on the bytes that leave."""
    zones = site.zones
    found = candidates.open_candidate(zones.quarantine / request.name)
    origin = _origin(site, request, today=today)
    with zones.held():
        return publish_candidate(
            found,
            origin=origin,
            releases=zones.releases,
            staging=zones.quarantine / ".staging",
            evaluate=partial(_evaluate, site=site, request=request, found=found, today=today),
            describe=partial(_describe, site=site, origin=origin, found=found),
            signing_key=load_signing_key(zones.keys),
        )


def published(site: Site) -> tuple[Release, ...]:
    """Return the releases that lie in the releases zone."""
    found = []
    for path in sorted(site.zones.releases.glob(f"*/*/*/{MANIFEST}")):
        manifest = json.loads(path.read_text())
        rules = json.loads((path.parent / GATE).read_text())["rules"]
        passed = sum(rule["passed"] for rule in rules)
        rows = sum(entry.get("rows", 0) for entry in manifest["files"].values())
        name = f"{manifest['pilot']} / {manifest['cohort']} {manifest['version']}"
        found.append(Release(name, rows, f"{passed} of {len(rules)} rules hold", path.parent))
    return tuple(found)


def project_key(site: Site, request: Request) -> PseudonymKey:
    """Return the key of the pseudonyms of one project; no other project has it."""
    return site.keys.project(request.pilot, purpose="person", epoch=EPOCH)


def _pseudonyms(people: Sequence[str], *, key: PseudonymKey) -> list[str]:
    import pyarrow as pa

    made: list[str] = pseudonyms(pa.array(people, pa.string()), key=key).to_pylist()
    return made


def _evaluate(files: Sequence[Path], *, site: Site, request: Request, found: Candidate, today: date) -> GateResult:
    """Evaluate the gate on some files, with a connection that can read them and the landing zone, and nothing else."""
    folders = {file.parent for file in files}
    connection = connect(allowed_directories=[*folders, site.zones.landing], spill=site.zones.spill)
    try:
        allowed = allowed_set(site, today=today)
        _load_opted_out(connection, site, request, allowed)
        _load_known_identifiers(connection, site)
        facts = gate_facts(
            release_contract(site.config.cohorts[request.cohort], request),
            request=request,
            pilot=site.config.pilots[request.pilot],
            policy=site.config.policy,
            opt_out=_opt_out_evidence(site, allowed),
            key_check_value=found.key_check_value,
            registered_key_check_value=_check_value(project_key(site, request)),
            today=today,
        )
        return evaluate_gate(connection, files, facts=facts)
    finally:
        connection.close()


def _describe(
    *,
    files: Sequence[FileEntry],
    paths: Sequence[Path],
    gate: GateResult,
    site: Site,
    origin: Origin,
    found: Candidate,
) -> dict[str, bytes]:
    cohort = site.config.cohorts[origin.request.cohort]
    connection = connect(allowed_directories=sorted({path.parent for path in paths}), spill=site.zones.spill)
    try:
        return describe_release(
            connection,
            pilot=site.config.pilots[origin.request.pilot],
            cohort=cohort,
            origin=origin,
            contract=release_contract(cohort, origin.request),
            attrition=found.attrition,
            files=files,
            paths=paths,
            gate=gate,
        )
    finally:
        connection.close()


def _opt_out_evidence(site: Site, allowed: AllowedSet | None) -> OptOutEvidence:
    policy = site.config.policy
    reasons = {source.opt_out.reason for source in site.config.sources if not source.opt_out.apply}
    return OptOutEvidence(
        applies=allowed is not None,
        listed_on=allowed.evidence.listed_on if allowed else None,
        max_age_days=policy.opt_out_list.max_age_days if policy.opt_out_list else 0,
        reason="; ".join(sorted(reason for reason in reasons if reason)) or None,
    )


def _check_value(key: PseudonymKey) -> str:
    """Return 8 hex digits that tell this project key from others, and nothing else about it."""
    return pseudonym("key check value v1", key=key)[:8]


def _load_opted_out(
    connection: "duckdb.DuckDBPyConnection", site: Site, request: Request, allowed: AllowedSet | None
) -> None:
    """Make the relation of the project pseudonyms that people who opted out would have."""
    import pyarrow as pa

    numbers = sorted(allowed.requested - allowed.allowed) if allowed else []
    at_site = _pseudonyms(numbers, key=site.keys.site("person"))
    in_project = _pseudonyms(at_site, key=project_key(site, request))
    connection.register("opted_out_people", pa.table({"person_id": pa.array(in_project, pa.string())}))
    connection.execute(f"create temp table {OPTED_OUT} as select person_id from opted_out_people")
    connection.unregister("opted_out_people")


def _load_known_identifiers(connection: "duckdb.DuckDBPyConnection", site: Site) -> None:
    """Make the relation of everything in the landing zone that names a person, and of the site's own pseudonyms."""
    landing = site.zones.landing
    queries = [f"select person_id as value from read_parquet({literal(landing / '_people' / 'people.parquet')})"]
    for source in site.config.sources:
        for name, table in load_policy(source.kind).tables.items():
            pattern = landing / source.name / name / "*.parquet"
            if list(pattern.parent.glob(pattern.name)):
                queries += _identifier_queries(connection, table, pattern)
    connection.execute(
        f"create temp table {KNOWN_IDENTIFIERS} as select distinct value from ({' union all '.join(queries)}) "
        "where value is not null"
    )


def _identifier_queries(connection: "duckdb.DuckDBPyConnection", table: Table, pattern: Path) -> list[str]:
    """Return the queries of one table's texts that name a person. Numbers count rows; they name nobody."""
    relation = f"read_parquet({literal(pattern)}, union_by_name = true)"
    texts = {
        name
        for name, kind, *_ in connection.execute(f"describe select * from {relation}").fetchall()
        if kind == "VARCHAR"
    }
    naming = [
        column.name
        for column in table.columns.values()
        if column.name in texts and column.action in ("identify", "person", "pseudonym", "uid")
    ]
    return [f"select {quoted(name)} as value from {relation}" for name in naming]


def _origin(site: Site, request: Request, *, today: date) -> Origin:
    cohort, allowed = site.config.cohorts[request.cohort], allowed_set(site, today=today)
    codelists = ROOT / "dbt_project" / "seeds" / "codelists"
    evidence: dict[str, Any] = {"applies": allowed is not None}
    if allowed:
        evidence |= {
            "listed_on": allowed.evidence.listed_on.isoformat(),
            "request_sha256": allowed.evidence.request_sha256,
            "response_sha256": allowed.evidence.response_sha256,
        }
    return Origin(
        request=request,
        cohort_version=cohort.version,
        policies={"site": site.config.policy.version, **{kind: load_policy(kind).version for kind in KINDS}},
        codelists={name: file_digest(codelists / f"{name}.csv") for name in cohort.codelists},
        code=tree_digest(ROOT, folders=CODE),
        libraries=library_versions(LIBRARIES),
        key_check_values={
            "site": site.keys.key_check_value(),
            "project": _check_value(project_key(site, request)),
        },
        opt_out=evidence,
    )
