"""What a trust writes down: sources, pilots, requests and the site's policy, one YAML file each.

Here belong the shapes of those files and the checks between them. What a column may do is in
`pseudonymisation/policies/`; what a cohort means is in `dbt_project/models/cohorts/`.
"""

from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from orchestration.errors import ConfigError
from orchestration.yaml_file import read_yaml

COHORTS = Path(__file__).parent.parent / "dbt_project" / "models" / "cohorts"

Name = Annotated[str, StringConstraints(pattern=r"\A[a-z][a-z0-9_-]{0,47}\z")]
Identifier = Annotated[str, StringConstraints(pattern=r"\A[a-z][a-z0-9_]{0,62}\z")]
Version = Annotated[str, StringConstraints(pattern=r"\A[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}\z")]
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Model = TypeVar("Model", bound="_Strict")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class OptOut(_Strict):
    """Whether the National Data Opt-Out is applied to a source, and if not, why that is lawful."""

    apply: bool
    reason: Text | None = None


class Source(_Strict):
    """One system of the trust that data is read from.

    `identity` says who a person is: `nhs_number` (rows without a valid one are rejected) or `local_id`
    (for data in which no NHS number exists; its people are never joined with another source's).
    """

    name: Identifier
    kind: Literal["omop", "fhir", "dicom"]
    path: Text
    identity: Literal["nhs_number", "local_id"]
    opt_out: OptOut
    tables: tuple[Identifier, ...] | None = None


class Document(_Strict):
    """One approved governance document, by reference."""

    reference: Text
    approved_on: date
    expires_on: date


class Pilot(_Strict):
    """One AI product in one pilot, as it stands in the ICS's register."""

    name: Name
    product: Text
    vendor: Text
    use_case: Text
    owner: Text
    ics: Literal["north-west", "north-central", "north-east", "south-east", "south-west"]
    stage: Literal["pipeline", "pilot", "business-as-usual", "scaled", "ceased"]
    dpia: Document
    dsa: Document


class Approval(_Strict):
    """One person's approval of one request."""

    role: Text
    name: Text
    approved_on: date


class Request(_Strict):
    """What one pilot asks for: a cohort, its columns, for whom, why, and until when."""

    name: Identifier
    pilot: Name
    cohort: Identifier
    version: Version
    columns: tuple[Identifier, ...] | Literal["all"]
    purpose: Text
    requested_by: Text
    recipients: Annotated[tuple[Text, ...], Field(min_length=1)]
    approvals: tuple[Approval, ...]
    expires_on: date


class OptOutList(_Strict):
    """Where the two MESH files of the National Data Opt-Out lie, and how old the answer may be in days."""

    request: Text
    response: Text
    max_age_days: Annotated[int, Field(ge=0, le=21)]


class SitePolicy(_Strict):
    """What this trust allows at all; a request can only ask for less."""

    version: Annotated[int, Field(ge=1)]
    site: Text
    min_people: Annotated[int, Field(ge=10)]
    min_events: Annotated[int, Field(ge=1)]
    min_non_events: Annotated[int, Field(ge=1)]
    opt_out_list: OptOutList | None
    postcode_lookup: Text | None


class CohortColumn(_Strict):
    """One column of a cohort: its name, its DuckDB type and what it holds."""

    name: str
    data_type: str
    description: str


class Standard(_Strict):
    """A published definition that a cohort follows."""

    name: str
    version: str
    url: str


class Cohort(_Strict):
    """One cohort as its own yml describes it: grain, label, standards, code lists."""

    name: Identifier
    description: str
    version: Version
    question: str
    grain: tuple[str, ...]
    time_unit: Literal["hours", "days"]
    label: str
    horizon: str
    standards: tuple[Standard, ...]
    codelists: tuple[str, ...]
    limits: tuple[str, ...]
    columns: tuple[CohortColumn, ...]

    @cached_property
    def column_names(self) -> tuple[str, ...]:
        """The names of the columns, in the contract's order."""
        return tuple(column.name for column in self.columns)


class Config(_Strict):
    """Everything that stands under one configuration folder, cross-checked."""

    policy: SitePolicy
    sources: tuple[Source, ...]
    pilots: dict[str, Pilot]
    requests: tuple[Request, ...]
    cohorts: dict[str, Cohort]


def load_config(folder: Path) -> Config:
    """Return the whole configuration of a site.

    Raises:
        ConfigError: Any file is wrong; the message names all problems of the first wrong kind of file.
    """
    policy = _parse(SitePolicy, folder / "policy.yaml")
    sources = tuple(_load_folder(Source, folder / "sources"))
    pilots = {pilot.name: pilot for pilot in _load_folder(Pilot, folder / "pilots")}
    requests = tuple(_load_folder(Request, folder / "requests"))
    cohorts = {request.cohort: load_cohort(request.cohort) for request in requests}
    config = Config(policy=policy, sources=sources, pilots=pilots, requests=requests, cohorts=cohorts)
    problems = [*_source_problems(config), *_request_problems(config)]
    if problems:
        raise ConfigError("\n".join(problems))
    return config


def load_cohort(name: str) -> Cohort:
    """Return a cohort's description from its yml.

    Raises:
        ConfigError: There is no such cohort, or its yml lacks something that a release needs.
    """
    path = COHORTS / f"{name}.yml"
    if not path.is_file():
        known = ", ".join(sorted(found.stem for found in COHORTS.glob("cohort_*.yml"))) or "none"
        raise ConfigError(f"cohort {name}: not in the library; known cohorts: {known}")
    models: list[dict[str, Any]] = read_yaml(path).get("models", [])
    model = next((model for model in models if model.get("name") == name), {})
    meta = dict(model.get("config", {}).get("meta", {}))
    wanted = {field: meta[field] for field in Cohort.model_fields if field in meta}
    columns = [
        {key: column.get(key, "") for key in ("name", "data_type", "description")}
        for column in model.get("columns", [])
    ]
    return _validate(
        Cohort, {**wanted, "name": name, "description": model.get("description", ""), "columns": columns}, path.name
    )


def _load_folder(model: type[Model], folder: Path) -> list[Model]:
    return [_parse(model, path) for path in sorted(folder.glob("*.yaml"))]


def _parse(model: type[Model], path: Path) -> Model:
    return _validate(model, read_yaml(path), f"{path.parent.name}/{path.name}")


def _validate(model: type[Model], content: Any, place: str) -> Model:
    try:
        return model.model_validate(content)
    except ValidationError as error:
        # The full error carries the inputs; location and message do not.
        problems = [f"{place}: {'.'.join(map(str, item['loc'])) or 'file'}: {item['msg']}" for item in error.errors()]
    raise ConfigError("\n".join(problems)) from None


def _source_problems(config: Config) -> list[str]:
    problems = []
    for source in config.sources:
        if not source.opt_out.apply and not source.opt_out.reason:
            problems.append(f"sources/{source.name}: opt_out.apply is false and no reason is given")
        if source.opt_out.apply and source.identity == "local_id":
            problems.append(f"sources/{source.name}: opt-outs need identity: nhs_number")
        if source.opt_out.apply and config.policy.opt_out_list is None:
            problems.append(f"sources/{source.name}: opt-outs apply, but policy.yaml names no opt_out_list")
    names = [source.name for source in config.sources]
    problems += [f"sources: the name {name} is used twice" for name in sorted(set(names)) if names.count(name) > 1]
    return problems


def _request_problems(config: Config) -> list[str]:
    problems = []
    for request in config.requests:
        cohort = config.cohorts[request.cohort]
        if request.pilot not in config.pilots:
            problems.append(f"requests/{request.name}: there is no pilot {request.pilot}")
        elif config.pilots[request.pilot].stage == "ceased":
            problems.append(f"requests/{request.name}: pilot {request.pilot} has ceased")
        if request.columns != "all":
            unknown = sorted(set(request.columns) - set(cohort.column_names))
            problems += [f"requests/{request.name}: {cohort.name} has no column {column}" for column in unknown]
    names = [request.name for request in config.requests]
    problems += [f"requests: the name {name} is used twice" for name in sorted(set(names)) if names.count(name) > 1]
    return problems
