"""What a release of `cohort_diabetic_eye` must be: graded eyes, each grade from the screening programme's list."""

from expectations.common import COMMON, SUBGROUP_CODES, SUBGROUP_WORDS, text_rules
from expectations.facts import Evidence
from expectations.rules import Check, DataRule, Suite
from expectations.sql import literal, quoted

GRADES = {
    "label_retinopathy_grade": ("R0", "R1", "R2", "R3A", "R3S", "U"),
    "label_maculopathy_grade": ("M0", "M1", "U"),
    "label_photocoagulation_grade": ("P0", "P1", "U"),
}
EYES = ("L", "R")
WORDS = {**SUBGROUP_WORDS, **GRADES, "eye": EYES}


def _is_other_eye(_: Evidence) -> str:
    return f"eye is null or eye not in ({_literals(EYES)})"


def _is_unlisted_grade(_: Evidence) -> str:
    return " or ".join(f"{quoted(column)} not in ({_literals(grades)})" for column, grades in GRADES.items())


def _disagrees_with_grades(evidence: Evidence) -> str:
    # Stable treated disease (R3S) and ungradable images (U) are followed in ways that the grade alone does not tell.
    label = quoted(evidence.facts.label)
    is_referable = "(label_retinopathy_grade in ('R2', 'R3A') or label_maculopathy_grade = 'M1')"
    is_not = "(label_retinopathy_grade in ('R0', 'R1') and label_maculopathy_grade = 'M0')"
    return f"(not {label} and {is_referable}) or ({label} and {is_not})"


def _literals(words: tuple[str, ...]) -> str:
    return ", ".join(map(literal, words))


SUITE = Suite(
    cohort="cohort_diabetic_eye",
    version=1,
    rules=(
        *COMMON,
        *text_rules(words=WORDS, codes=SUBGROUP_CODES),
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
            "An eye is referable by its grades (R2, R3A or M1), and by nothing else.",
            (Check("rows", _disagrees_with_grades),),
        ),
    ),
)
