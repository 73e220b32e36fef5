"""Errors of a release.

    OrchestrationError
    └── ReleaseError
        ├── CandidateError    a cohort cannot be made into a candidate as the request asks
        ├── GateRefused       a rule of the gate does not hold; the candidate stays in quarantine
        ├── ReleaseExists     the version is published, with other content
        ├── ReleaseDamaged    the version is published, but its folder does not verify
        └── SigningKeyError   the signing key is missing, or must not be used as it lies there

No message holds a value from a row.
"""

from orchestration.errors import OrchestrationError


class ReleaseError(OrchestrationError):
    """A release cannot be made; nothing was published."""


class CandidateError(ReleaseError):
    """A cohort cannot be made into a candidate as the request asks."""


class GateRefused(ReleaseError):
    """A rule of the gate does not hold. `rules` are the names of all that do not."""

    def __init__(self, message: str, *, rules: tuple[str, ...]) -> None:
        super().__init__(message)
        self.rules = rules


class ReleaseExists(ReleaseError):
    """The version is published, with other content."""


class ReleaseDamaged(ReleaseError):
    """The version is published, but its folder does not verify."""


class SigningKeyError(ReleaseError):
    """The signing key is missing, or must not be used as it lies there."""
