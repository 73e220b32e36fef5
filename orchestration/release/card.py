"""The card of a release: one page for a clinician, with nothing to load and no count that points at a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from expectations.gate import GateResult
from orchestration.config import Cohort, Pilot
from orchestration.release.candidate import AttritionStep
from orchestration.release.contract import Contract
from orchestration.release.manifest import FileEntry, Origin
from orchestration.release.summary import Feature, Group, Subgroup, Summary
from orchestration.release.suppress import percent, rounded, shown

TEMPLATE = "card.html.j2"
NOT_HELD = "Not held"
TITLES = {
    "subgroup_age_band": "Age",
    "subgroup_sex_code": "Sex",
    "subgroup_ethnic_category": "Ethnic category",
    "subgroup_imd_decile": "Deprivation of the home's area (IMD decile)",
    "subgroup_site": "Site",
    "split": "Split",
}
# NHS Data Dictionary: PERSON STATED GENDER CODE, ETHNIC CATEGORY CODE 2001.
MEANINGS = {
    "subgroup_sex_code": {"1": "Male", "2": "Female", "9": "Indeterminate", "X": "Not known"},
    "subgroup_ethnic_category": {
        "A": "White: British", "B": "White: Irish", "C": "White: any other", "D": "Mixed: White and Black Caribbean",
        "E": "Mixed: White and Black African", "F": "Mixed: White and Asian", "G": "Mixed: any other",
        "H": "Asian: Indian", "J": "Asian: Pakistani", "K": "Asian: Bangladeshi", "L": "Asian: any other",
        "M": "Black: Caribbean", "N": "Black: African", "P": "Black: any other", "R": "Chinese",
        "S": "Any other group", "Z": "Not stated", "99": "Not known",
    },
    "subgroup_imd_decile": {
        "1": "1, most deprived", **{str(decile): str(decile) for decile in range(2, 10)}, "10": "10, least deprived",
    },
    "split": {"held_out": "Held out: for evaluation", "tuning": "Tuning: for thresholds and calibration"},
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One line with a bar: what it is about, a count as it may be shown, and shares in percent where they may be."""

    name: str
    count: str
    share: int | None
    outcome: str = ""
    outcome_share: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Table:
    """Lines under one title."""

    title: str
    lines: tuple[Line, ...]


def render_card(
    *,
    pilot: Pilot,
    cohort: Cohort,
    origin: Origin,
    contract: Contract,
    summary: Summary,
    attrition: Sequence[AttritionStep],
    gate: GateResult,
    files: Sequence[FileEntry],
) -> bytes:
    """Return the card as one HTML page; the same release gives the same bytes."""
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template(TEMPLATE).render(
        pilot=pilot,
        cohort=cohort,
        origin=origin,
        request=origin.request,
        contract=contract,
        summary=summary,
        shown=shown,
        percent=percent,
        attrition=_attrition(attrition),
        subgroups=tuple(_subgroup(subgroup, summary) for subgroup in summary.subgroups),
        features=tuple(_feature(feature, summary.rows) for feature in summary.features),
        gate=gate,
        files=files,
    )
    return page.encode("utf-8")


def _attrition(steps: Sequence[AttritionStep]) -> Table:
    everyone = max((step.people for step in steps), default=0)
    lines = (Line(s.step, shown(s.people), percent(s.people, everyone), note=shown(s.rows)) for s in steps)
    return Table("Attrition", tuple(lines))


def _subgroup(subgroup: Subgroup, summary: Summary) -> Table:
    order = list(MEANINGS.get(subgroup.column, ()))
    # Known codes as the standard lists them, others in their own order, and what is not held at the end.
    groups = sorted(
        subgroup.groups,
        key=lambda group: (group.value is None, order.index(group.value) if group.value in order else len(order)),
    )
    lines = tuple(_group(subgroup.column, group, summary) for group in groups)
    return Table(TITLES.get(subgroup.column, subgroup.column), lines)


def _group(column: str, group: Group, summary: Summary) -> Line:
    name = NOT_HELD if group.value is None else MEANINGS.get(column, {}).get(group.value, group.value)
    outcome_share = percent(group.events, group.people)
    return Line(name, shown(group.people), percent(group.people, summary.people), shown(group.events), outcome_share)


def _feature(feature: Feature, rows: int) -> Line:
    missing = percent(feature.missing, rows)
    if rounded(feature.missing) is None:
        text = f"{shown(feature.missing)} rows"
    else:
        text = "none" if feature.missing == 0 else "under 1%" if missing == 0 else f"{missing}%"
    return Line(feature.column, text, missing, note=feature.description)
