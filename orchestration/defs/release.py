"""Quarantine and releases: for each request a candidate, the gate as a blocking check, and the release.

The check shows the gate; it is not the lock. The publisher evaluates every rule again on the bytes it publishes.
"""

import dagster as dg

from orchestration.config import Request
from orchestration.defs.boundary import REVIEWERS, counts_metadata, current_site, guarded, today
from orchestration.release import stages


def _release(request: Request) -> list[dg.AssetsDefinition | dg.AssetChecksDefinition]:
    tags = {"pilot": request.pilot, "cohort": request.cohort, "version": request.version}

    @dg.asset(
        name=f"candidate_{request.name}",
        deps=[request.cohort],
        group_name="quarantine",
        kinds={"parquet"},
        owners=REVIEWERS,
        tags={**tags, "zone": "quarantine"},
        description=f"One row per row of {request.cohort}, under the project's pseudonyms, in elapsed time.",
    )
    def candidate() -> dg.MaterializeResult[None]:
        site = current_site()
        made = guarded(lambda: stages.candidate(site, request))
        return dg.MaterializeResult(metadata=counts_metadata(made.rows, people=made.people, path=str(made.folder)))

    @dg.asset_check(asset=candidate, name="gate", blocking=True, description="Every rule of the cohort's suite.")
    def gate() -> dg.AssetCheckResult:
        site = current_site()
        result = guarded(lambda: stages.gate(site, request, today=today()))
        failed = tuple(rule.rule for rule in result.rules if not rule.passed)
        return dg.AssetCheckResult(
            passed=result.passed,
            metadata={"rules": len(result.rules), "failed_rules": list(failed)},
            description="; ".join(f"{rule.rule}: {rule.why}" for rule in result.rules if not rule.passed) or None,
        )

    @dg.asset(
        name=f"release_{request.name}",
        deps=[candidate],
        group_name="releases",
        kinds={"parquet"},
        owners=REVIEWERS,
        tags={**tags, "zone": "releases"},
        description=f"Version {request.version} of {request.cohort} for {request.pilot}, signed and read-only.",
    )
    def release() -> dg.MaterializeResult[None]:
        site = current_site()
        made = guarded(lambda: stages.publish(site, request, today=today()))
        return dg.MaterializeResult(
            metadata=counts_metadata(made.rows, path=str(made.path), release_id=made.id, already_published=made.already)
        )

    return [candidate, gate, release]


@dg.definitions
def defs() -> dg.Definitions:
    """Candidate, gate and release of every request."""
    made = [definition for request in current_site().config.requests for definition in _release(request)]
    return dg.Definitions(
        assets=[definition for definition in made if not isinstance(definition, dg.AssetChecksDefinition)],
        asset_checks=[definition for definition in made if isinstance(definition, dg.AssetChecksDefinition)],
    )
