"""The trust as an HL7 FHIR R4 bulk export, one NDJSON file per resource type, with UK Core identifiers.

The same facts as in `omop`: ids are UUIDs made from the seed, times are London wall-clock times with their
offset. Blood pressure is one Observation with two components. What was given is a MedicationAdministration,
what was prescribed (metformin) a MedicationRequest. `Observation.issued` is when a result could be known.

Source: https://hl7.org/fhir/R4/ and https://simplifier.net/hl7fhirukcorer4 (identifiers, ethnic category).
"""

from pathlib import Path

import duckdb

from orchestration.synth.database import write_lines
from orchestration.synth.fhir_resources import RESOURCES
from orchestration.synth.json_sql import resource_sql

# What a broken export leaves behind; each is a line of its own, so no fact is lost with it.
BAD_LINES = {
    "Observation": (
        b'{"resourceType":"Observation","id":"00000000-0000-0000-0000-0000000000',
        b"-- export resumed after a timeout --",
        b'{"resourceType":"Observation","id":"\xff\xfe\xfa","status":"final"}',
    ),
    "Condition": (b'{"resourceType":"Condition","id":,}',),
    "Patient": (b'{"resourceType":"Patient","name":[{"family":"\xc3(","given":["\xa0\xa1"]}]',),
}


def write_fhir(con: duckdb.DuckDBPyConnection, folder: Path, chunk: int) -> dict[str, int]:
    """Append the loaded chunk to the file of each resource type; return the lines written, bad ones left out."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, resource in RESOURCES.items():
        with (folder / f"{name}.ndjson").open("wb" if chunk == 0 else "ab") as file:
            line = resource_sql(resource.body)
            written[name] = write_lines(con, line, file, source=resource.rows, order=resource.order)
            if chunk == 0:
                file.writelines(line + b"\n" for line in BAD_LINES.get(name, ()))
    return written
