"""What a release of `cohort_sepsis_onset` must be: hourly predictions, each about the next six hours."""

from expectations.common import COMMON, SUBGROUP_CODES, SUBGROUP_WORDS, text_rules
from expectations.facts import Evidence
from expectations.rules import Check, DataRule, Suite
from expectations.sql import quoted

HORIZON_HOURS = 6
LONGEST_HOURS = 168
WORDS = {**SUBGROUP_WORDS, "censor_reason": ("onset", "death", "discharge", "end_of_follow_up")}


def _hours_to_onset(evidence: Evidence) -> str:
    facts = evidence.facts
    onset = f"least({', '.join([*map(quoted, facts.label_times), 'null'])})"
    return f"{onset} - {quoted(facts.prediction)}"


def _is_positive_outside_horizon(evidence: Evidence) -> str:
    hours = _hours_to_onset(evidence)
    return f"{quoted(evidence.facts.label)} and not coalesce({hours} between 1 and {HORIZON_HOURS}, false)"


def _disagrees_with_onset(evidence: Evidence) -> str:
    label, hours = quoted(evidence.facts.label), _hours_to_onset(evidence)
    return f"(not {label} and {hours} between 1 and {HORIZON_HOURS}) or ({label} is null and censor_reason is null)"


SUITE = Suite(
    cohort="cohort_sepsis_onset",
    version=1,
    rules=(
        *COMMON,
        *text_rules(words=WORDS, codes=SUBGROUP_CODES),
        DataRule(
            "one_row_per_hour",
            "A stay without some of its hours leaves out those in which a product would have been asked.",
            (Check("spells", lambda _: "rows_in_spell <> last_prediction - first_prediction + 1"),),
        ),
        DataRule(
            "no_row_after_week",
            f"The cohort follows a stay for {LONGEST_HOURS} hours; later rows are another population.",
            (Check("spells", lambda _: f"last_prediction - index_time > {LONGEST_HOURS}"),),
        ),
        DataRule(
            "no_row_after_onset",
            "Once sepsis has begun there is nothing left to predict.",
            (Check("spells", lambda _: "last_prediction >= first_label"),),
        ),
        DataRule(
            "positive_within_horizon",
            f"A positive row is one whose onset lies in the next {HORIZON_HOURS} hours.",
            (Check("rows", _is_positive_outside_horizon),),
        ),
        DataRule(
            "negative_outside_horizon",
            f"A row with an onset in the next {HORIZON_HOURS} hours is positive; one without an answer says why.",
            (Check("rows", _disagrees_with_onset),),
        ),
    ),
)
