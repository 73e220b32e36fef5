"""What a release of `cohort_diabetic_eye` must be: graded eyes, each grade from the screening programme's list."""

from expectations.common import COMMON, SUBGROUP_CODES, SUBGROUP_WORDS, any_of, text_rules
from expectations.facts import Evidence
from expectations.rules import Check, DataRule, Suite
from expectations.sql import literal, quoted

RETINOPATHY = ("R0", "R1", "R2", "R3A", "R3S", "U")
MACULOPATHY = ("M0", "M1", "U")
GRADES = {
    "label_retinopathy_grade": RETINOPATHY,
    "label_maculopathy_grade": MACULOPATHY,
    "label_photocoagulation_grade": ("P0", "P1", "U"),
}
EYES = ("L", "R")
WORDS = {
    **SUBGROUP_WORDS,
    **GRADES,
    "eye": EYES,
    "censor_reason": ("none", "ungradable"),
    "feature_diabetes_type": ("type_1", "type_2"),
    "feature_last_retinopathy_grade": RETINOPATHY,
    "feature_last_maculopathy_grade": MACULOPATHY,
}


def _is_early(evidence: Evidence) -> str:
    # A source that keeps no time of grading has the grade at the time of the images.
    prediction = quoted(evidence.facts.prediction)
    return any_of(lambda name: f"{name} < {prediction}", list(evidence.facts.label_times))


def _is_other_eye(_: Evidence) -> str:
    return f"eye is null or eye not in ({_literals(EYES)})"


def _is_unlisted_grade(_: Evidence) -> str:
    unlisted = (f"{quoted(name)} not in ({_literals(grades)})" for name, grades in GRADES.items())
    return " or ".join(f"coalesce({condition}, false)" for condition in unlisted)


def _disagrees_with_grades(evidence: Evidence) -> str:
    retinopathy, maculopathy = "label_retinopathy_grade", "label_maculopathy_grade"
    refers = f"coalesce({retinopathy} in ('R2', 'R3A'), false) or coalesce({maculopathy} = 'M1', false)"
    is_ungradable = f"{retinopathy} is null or {maculopathy} is null or 'U' in ({retinopathy}, {maculopathy})"
    expected = f"case when {refers} then true when {is_ungradable} then null else false end"
    return f"{quoted(evidence.facts.label)} is distinct from {expected}"


def _literals(words: tuple[str, ...]) -> str:
    return ", ".join(map(literal, words))


SUITE = Suite(
    cohort="cohort_diabetic_eye",
    version=1,
    rules=(
        *COMMON,
        *text_rules(words=WORDS, codes=SUBGROUP_CODES),
        DataRule(
            "label_not_before_prediction",
            "A grade given before the images were taken is a grade of other images.",
            (Check("rows", _is_early),),
        ),
        DataRule(
            "eye_is_left_or_right",
            "A row is about one eye; a product that reads images must know which.",
            (Check("rows", _is_other_eye),),
        ),
        DataRule(
            "grades_as_listed",
            "A grade outside the screening programme's list cannot be compared with any other.",
            (Check("rows", _is_unlisted_grade),),
        ),
        DataRule(
            "referable_agrees_with_grades",
            "An eye is referable by R2, R3A or M1; where nothing refers and a part is ungradable, nobody knows.",
            (Check("rows", _disagrees_with_grades),),
        ),
    ),
)
