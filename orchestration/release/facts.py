"""What the gate is told about a release, gathered from the configuration. The gate itself imports nothing of ours."""

from datetime import date

from expectations.facts import Approval, Column, DatedDocument, GateFacts, OptOutEvidence
from orchestration.config import Pilot, Request, SitePolicy
from orchestration.release.contract import Contract

OPTED_OUT, KNOWN_IDENTIFIERS = "opted_out", "known_identifiers"


def gate_facts(
    contract: Contract,
    *,
    request: Request,
    pilot: Pilot,
    policy: SitePolicy,
    opt_out: OptOutEvidence,
    key_check_value: str,
    registered_key_check_value: str,
    today: date,
) -> GateFacts:
    """Return the facts for one evaluation of the gate.

    The connection that evaluates must hold the relations `opted_out` (`person_id`: project pseudonyms of people who
    opted out) and `known_identifiers` (`value`: every identifier of the identifiable zone and every site pseudonym).

    Args:
        key_check_value: Of the project key that the candidate says it was made with.
        registered_key_check_value: Of the project key that the project has.
    """
    return GateFacts(
        cohort=request.cohort,
        columns=tuple(Column(column.name, column.data_type) for column in contract.columns),
        grain=contract.grain,
        index=contract.index,
        prediction=contract.prediction,
        label=contract.label,
        label_times=contract.label_times,
        min_people=policy.min_people,
        min_events=policy.min_events,
        min_non_events=policy.min_non_events,
        opted_out=OPTED_OUT,
        known_identifiers=KNOWN_IDENTIFIERS,
        documents=(
            DatedDocument("DPIA", pilot.dpia.approved_on, pilot.dpia.expires_on),
            DatedDocument("DSA", pilot.dsa.approved_on, pilot.dsa.expires_on),
            DatedDocument("request", None, request.expires_on),
        ),
        opt_out=opt_out,
        requested_by=request.requested_by,
        approvals=tuple(Approval(approval.name, approval.approved_on) for approval in request.approvals),
        key_check_value=key_check_value,
        registered_key_check_value=registered_key_check_value,
        today=today,
    )
