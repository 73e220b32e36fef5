"""Errors of the pseudonymiser.

    PseudonymisationError
    ├── PolicyError      a policy, or a table held against it, is wrong; nothing was written
    ├── KeyFault         a key is missing, malformed or open to others; nothing was read
    ├── OptOutError      the opt-out list cannot be relied on; nobody's data may go on
    ├── IdentityError    records cannot be resolved to people
    ├── CountError       rows read are not the rows kept, rejected and withheld; nothing was passed on
    ├── TextError        a note could not be cleaned; no note was passed on
    └── DicomReject      one DICOM file is not taken; the run goes on and counts it by `reason`

No message holds a value from a row, a key or an identifier.
"""


class PseudonymisationError(Exception):
    """Something of ours went wrong; the message says what to do."""


class PolicyError(PseudonymisationError):
    """A policy, or a table held against it, is wrong."""


class KeyFault(PseudonymisationError):
    """A key is missing, malformed or open to others."""


class OptOutError(PseudonymisationError):
    """The opt-out list cannot be relied on."""


class IdentityError(PseudonymisationError):
    """Records cannot be resolved to people."""


class CountError(PseudonymisationError):
    """Rows read are not the rows kept, rejected and withheld."""


class TextError(PseudonymisationError):
    """A note could not be cleaned."""


class DicomReject(PseudonymisationError):
    """One DICOM file is not taken; `reason` is a fixed word that says nothing of the content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
