"""What `cohort_diabetic_eye` promises: which eyes are in it, what the label means, what a feature may see.

Each story below is one person; hours count from the first screening. The real dbt project runs once for all of them.
"""

from typing import Any

import pytest

from tests.lib.dbt_tables import DbtHome, make_home
from tests.lib.patients import (
    START,
    Fact,
    at,
    born,
    diagnosed,
    graded,
    measured,
    people,
    photographed,
    unborn,
)

YEAR = 365 * 24
ADULT = born("1950-06-15")
DIABETIC = diagnosed(-5 * YEAR, "type_2")


def grades(
    eye: str, retinopathy: str, maculopathy: str, *, hours: float = 0, known: float | None = None
) -> tuple[Fact, ...]:
    """Return the two grades of one eye, on record ten days later unless said otherwise."""
    recorded = hours + 240 if known is None else known
    return (
        graded(hours, f"{eye}_retinopathy", retinopathy, known=recorded),
        graded(hours, f"{eye}_maculopathy", maculopathy, known=recorded),
    )


BACKGROUND = grades("right", "R1", "M0")

STORIES = {
    "no_disease": (ADULT, DIABETIC, *grades("right", "R0", "M0")),
    "background": (ADULT, DIABETIC, *BACKGROUND),
    "pre_proliferative": (ADULT, DIABETIC, *grades("right", "R2", "M0")),
    "proliferative": (ADULT, DIABETIC, *grades("right", "R3A", "M0")),
    "stable_treated": (
        ADULT, DIABETIC, *grades("right", "R3S", "M0"), graded(0, "right_photocoagulation", "P1", known=240),
    ),
    "maculopathy": (ADULT, DIABETIC, *grades("right", "R1", "M1")),
    "ungradable": (ADULT, DIABETIC, *grades("right", "U", "U")),
    "half_ungradable": (ADULT, DIABETIC, *grades("right", "R1", "U")),
    "ungradable_but_maculopathy": (ADULT, DIABETIC, *grades("right", "U", "M1")),
    "both_eyes": (ADULT, DIABETIC, *grades("right", "R0", "M0"), *grades("left", "R2", "M1")),
    "regraded": (
        ADULT, DIABETIC, *grades("right", "R2", "M0", known=48), graded(0, "right_retinopathy", "R1", known=120),
    ),
    "strange_grade": (ADULT, DIABETIC, *grades("right", "OTHER", "M0")),
    "one_item_graded": (ADULT, DIABETIC, graded(0, "right_retinopathy", "R2")),
    "no_diabetes": (ADULT, *BACKGROUND),
    "diabetes_found_later": (ADULT, diagnosed(24, "type_2"), *BACKGROUND),
    "diabetes_recorded_later": (ADULT, diagnosed(-YEAR, "type_1", known=24), *BACKGROUND),
    "twelve_today": (born("2012-03-01"), DIABETIC, *BACKGROUND),
    "eleven": (born("2012-03-02"), DIABETIC, *BACKGROUND),
    "birth_not_known": (unborn(), DIABETIC, *BACKGROUND),
    "dead_before": (born("1950-06-15", deceased_at=at(-24)), DIABETIC, *BACKGROUND),
    "history": (
        ADULT, DIABETIC, diagnosed(-YEAR, "type_1"), diagnosed(-2 * YEAR, "hypertension"),
        measured(-100, "hba1c", 58), measured(-50, "hba1c", 71, known=1), measured(-3 * YEAR, "systolic", 140),
        *grades("right", "R1", "M0", hours=-YEAR), *BACKGROUND,
    ),
    "graded_at_once": (ADULT, DIABETIC, *grades("right", "R2", "M0", known=0)),
    "earlier_grade_pending": (ADULT, DIABETIC, *grades("right", "R2", "M0", hours=-100, known=10), *BACKGROUND),
    "photographed": (
        ADULT, DIABETIC, *BACKGROUND, photographed(-1, "R", 1), photographed(-1, "R", 2), photographed(-1, "L", 3),
        photographed(-48, "R", 4),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> DbtHome:
    built = make_home(tmp_path_factory.mktemp("eye"), people(STORIES))
    built.build("--quiet")
    return built


def eyes(home: DbtHome, person: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return for each screened eye of a person, the latest screening last, the eye and some columns."""
    names = ", ".join(("eye", *columns))
    return home.rows(f"select {names} from cohort_diabetic_eye where person_id = '{person}' order by screened_at, eye")


@pytest.mark.parametrize(
    ("person", "is_referable"),
    [
        ("no_disease", False),
        ("background", False),
        ("pre_proliferative", True),
        ("proliferative", True),
        ("stable_treated", False),
        ("maculopathy", True),
        ("ungradable_but_maculopathy", True),
    ],
)
def test_an_eye_is_referable_for_pre_proliferative_or_active_retinopathy_or_maculopathy(
    home: DbtHome, person: str, is_referable: bool
) -> None:
    assert eyes(home, person, "label_is_referable", "censor_reason") == [("R", is_referable, "none")]


@pytest.mark.parametrize("person", ["ungradable", "half_ungradable"])
def test_an_eye_in_which_nothing_referable_was_seen_and_something_was_ungradable_has_no_label(
    home: DbtHome, person: str
) -> None:
    assert eyes(home, person, "label_is_referable", "censor_reason") == [("R", None, "ungradable")]


def test_each_eye_has_its_own_row_and_grades(home: DbtHome) -> None:
    columns = ("label_retinopathy_grade", "label_maculopathy_grade", "label_is_referable")
    assert eyes(home, "both_eyes", *columns) == [("L", "R2", "M1", True), ("R", "R0", "M0", False)]


def test_photocoagulation_is_given_where_it_was_graded(home: DbtHome) -> None:
    assert eyes(home, "stable_treated", "label_photocoagulation_grade") == [("R", "P1")]
    assert eyes(home, "background", "label_photocoagulation_grade") == [("R", None)]


def test_the_last_grade_of_a_set_of_images_counts(home: DbtHome) -> None:
    columns = ("label_retinopathy_grade", "label_is_referable", "label_is_referable_at")
    assert eyes(home, "regraded", *columns) == [("R", "R1", False, at(120))]


def test_the_label_says_when_the_last_grade_was_recorded(home: DbtHome) -> None:
    assert eyes(home, "background", "screened_at", "label_is_referable_at") == [("R", START, at(240))]


@pytest.mark.parametrize(
    "person",
    [
        "strange_grade",
        "one_item_graded",
        "no_diabetes",
        "diabetes_found_later",
        "diabetes_recorded_later",
        "eleven",
        "birth_not_known",
        "dead_before",
    ],
)
def test_an_eye_that_does_not_meet_the_criteria_is_left_out(home: DbtHome, person: str) -> None:
    assert eyes(home, person) == []


def test_a_person_is_old_enough_on_the_twelfth_birthday(home: DbtHome) -> None:
    assert eyes(home, "twelve_today", "feature_age_years", "subgroup_age_band") == [("R", 12, "0-15")]


def test_features_are_what_was_on_record_when_the_images_were_taken(home: DbtHome) -> None:
    columns = (
        "feature_diabetes_type", "feature_years_since_diagnosis", "feature_hba1c_mmol_per_mol",
        "feature_systolic_mmhg", "feature_has_hypertension", "feature_earlier_screening_count",
        "feature_last_retinopathy_grade",
    )  # fmt: skip
    _, last = eyes(home, "history", *columns)
    assert last == ("R", "type_1", 4, 58, None, True, 1, "R1")


def test_a_set_of_images_is_not_its_own_history(home: DbtHome) -> None:
    assert eyes(home, "graded_at_once", "feature_last_retinopathy_grade") == [("R", None)]


def test_an_earlier_grade_that_is_not_final_yet_is_not_history(home: DbtHome) -> None:
    rows = eyes(home, "earlier_grade_pending", "feature_earlier_screening_count", "feature_last_retinopathy_grade")
    assert rows[-1] == ("R", 0, None)


def test_the_images_of_the_eye_from_the_same_day_are_counted(home: DbtHome) -> None:
    assert eyes(home, "photographed", "feature_image_count") == [("R", 2)]
    assert eyes(home, "background", "feature_image_count") == [("R", 0)]


def test_the_attrition_table_counts_people_and_rows_at_each_step(home: DbtHome) -> None:
    steps = home.rows("select step_number, people, rows_left from attrition_diabetic_eye order by step_number")
    everyone = len(STORIES)
    # Three people have a second row: another eye, or an earlier screening. A grade outside the codelist is none.
    assert steps == [
        (1, everyone, everyone),
        (2, everyone, everyone + 3),
        (3, everyone - 2, everyone + 1),
        (4, everyone - 4, everyone - 1),
        (5, everyone - 5, everyone - 2),
        (6, everyone - 8, everyone - 5),
    ]
