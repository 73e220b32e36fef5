"""From a cohort to a release: candidate, gate on the staged bytes, card, manifest, signature, one rename."""
