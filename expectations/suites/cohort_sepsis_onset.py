"""What a release of `cohort_sepsis_onset` must be: hourly predictions, each about the next six hours."""

from expectations.common import COMMON, LABEL_AFTER_PREDICTION, SUBGROUP_CODES, SUBGROUP_WORDS, text_rules
from expectations.facts import Evidence
from expectations.rules import Check, DataRule, Suite
from expectations.sql import quoted

HORIZON_HOURS = 6
FOLLOWED_HOURS = 168
WORDS = {**SUBGROUP_WORDS, "censor_reason": ("none", "discharge", "death", "end_of_data")}


def _is_positive_without_onset(evidence: Evidence) -> str:
    label, prediction, onset = _columns(evidence)
    return f"{label} and not coalesce({onset} - {prediction} <= {HORIZON_HOURS}, false)"


def _is_not_positive_but_has_onset(evidence: Evidence) -> str:
    label, _, onset = _columns(evidence)
    return f"{label} is null or (not {label} and {onset} is not null)"


def _has_unlabelled_hour_before_onset(_: Evidence) -> str:
    # Positive rows are the last of a stay and begin as soon as the onset comes within the horizon.
    first = f"greatest(index_time, first_label_time - {HORIZON_HOURS})"
    return f"positives > 0 and (first_positive <> {first} or positives <> last_prediction - first_positive + 1)"


def _columns(evidence: Evidence) -> tuple[str, str, str]:
    facts = evidence.facts
    return quoted(facts.label), quoted(facts.prediction), quoted(facts.label_times[0])


SUITE = Suite(
    cohort="cohort_sepsis_onset",
    version=1,
    rules=(
        *COMMON,
        *text_rules(words=WORDS, codes=SUBGROUP_CODES),
        LABEL_AFTER_PREDICTION,
        DataRule(
            "one_row_per_hour",
            "A stay that lacks some of its hours leaves out moments at which a product would have been asked.",
            (Check("spells", lambda _: "rows_in_spell <> last_prediction - index_time + 1"),),
        ),
        DataRule(
            "no_row_after_week",
            f"The cohort follows a stay for {FOLLOWED_HOURS} hours; later rows are another population.",
            (Check("spells", lambda _: f"last_prediction - index_time >= {FOLLOWED_HOURS}"),),
        ),
        DataRule(
            "no_row_after_onset",
            "Once sepsis has begun there is nothing left to predict.",
            (Check("spells", lambda _: "last_prediction >= first_label_time"),),
        ),
        DataRule(
            "positive_within_horizon",
            f"A positive row is one whose onset comes in the next {HORIZON_HOURS} hours.",
            (Check("rows", _is_positive_without_onset),),
        ),
        DataRule(
            "negative_outside_horizon",
            f"A row whose onset comes in the next {HORIZON_HOURS} hours is positive, and a negative row has no onset.",
            (Check("rows", _is_not_positive_but_has_onset), Check("spells", _has_unlabelled_hour_before_onset)),
        ),
    ),
)
