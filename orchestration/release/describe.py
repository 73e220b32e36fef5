"""What stands beside the data of a release: the card for people, the data package for machines."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from expectations.gate import GateResult
from orchestration.config import Cohort, Pilot
from orchestration.release.candidate import AttritionStep
from orchestration.release.card import render_card
from orchestration.release.contract import Contract
from orchestration.release.manifest import FileEntry, Origin, canonical
from orchestration.release.summary import summarise

if TYPE_CHECKING:
    import duckdb

CARD, PACKAGE = "card.html", "datapackage.json"
FIELD_TYPES = {"VARCHAR": "string", "BOOLEAN": "boolean", "FLOAT": "number", "DOUBLE": "number", "DECIMAL": "number"}


def describe_release(
    connection: "duckdb.DuckDBPyConnection",
    *,
    pilot: Pilot,
    cohort: Cohort,
    origin: Origin,
    contract: Contract,
    attrition: Sequence[AttritionStep],
    files: Sequence[FileEntry],
    paths: Sequence[Path],
    gate: GateResult,
) -> dict[str, bytes]:
    """Return the card and the data package of a release, by their path in it.

    Args:
        connection: May read `paths`.
        paths: The files of data, where they can be opened.
    """
    summary = summarise(connection, paths, contract=contract)
    card = render_card(
        pilot=pilot,
        cohort=cohort,
        origin=origin,
        contract=contract,
        summary=summary,
        attrition=attrition,
        gate=gate,
        files=files,
    )
    return {CARD: card, PACKAGE: canonical(data_package(cohort, origin, contract, files=files))}


def data_package(cohort: Cohort, origin: Origin, contract: Contract, *, files: Sequence[FileEntry]) -> dict[str, Any]:
    """Return the description of a release as a Frictionless Data Package.

    Source: https://specs.frictionlessdata.io/data-package/
    """
    request = origin.request
    fields = [
        {"name": column.name, "type": _field_type(column.data_type), "description": column.description}
        for column in contract.columns
    ]
    return {
        "profile": "data-package",
        "name": f"{request.pilot}.{request.cohort}",
        "title": cohort.question,
        "description": f"{cohort.description} Pseudonymised personal data; not anonymous.",
        "version": request.version,
        "expires_on": request.expires_on.isoformat(),
        "resources": [
            {
                "profile": "data-resource",
                "name": Path(entry.path).stem,
                "path": entry.path,
                "format": "parquet",
                "mediatype": "application/vnd.apache.parquet",
                "bytes": entry.bytes,
                "hash": f"sha256:{entry.sha256}",
                "schema": {"fields": fields, "primaryKey": list(contract.grain)},
            }
            for entry in files
        ],
    }


def _field_type(data_type: str) -> str:
    return FIELD_TYPES.get(data_type.partition("(")[0], "integer")
