"""Small synthetic trusts, made once per run of the tests."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.duck import connect
from orchestration.synth.generate import SynthSummary, synthesise

PATIENTS = 300
AS_OF = date(2026, 6, 1)


@dataclass(frozen=True)
class Made:
    """One synthetic trust: where it lies, its answer key, and a way to ask it questions."""

    out: Path
    summary: SynthSummary
    con: duckdb.DuckDBPyConnection
    reports: list[tuple[str, int, float]] = field(default_factory=list)

    @cached_property
    def key(self) -> dict[str, Any]:
        content: dict[str, Any] = json.loads((self.out / "answer_key.json").read_text(encoding="utf-8"))
        return content

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        return self.con.execute(query).fetchall()

    def value(self, query: str) -> Any:
        return self.ask(query)[0][0]

    def omop(self, table: str) -> str:
        return f"read_parquet('{self.out}/omop/{table}/*.parquet')"

    def resources(self, kind: str) -> list[dict[str, Any]]:
        found = []
        for line in (self.out / "fhir" / f"{kind}.ndjson").read_bytes().splitlines():
            try:
                found.append(json.loads(line.decode()))
            except ValueError:
                continue
        return found


def make(out: Path, *, seed: int, patients: int = PATIENTS, **more: Any) -> Made:
    reports: list[tuple[str, int, float]] = []
    summary = synthesise(
        out,
        patients=patients,
        seed=seed,
        as_of=AS_OF,
        connect=connect,
        report=lambda *report: reports.append(report),
        **more,
    )
    return Made(out, summary, connect(allowed_directories=[out]), reports)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    trust = make(tmp_path_factory.mktemp("trust"), seed=11)
    yield trust
    trust.con.close()
