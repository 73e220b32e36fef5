"""What `cohort_sepsis_onset` promises: who is in it, from when to when, what the label means, what a feature may see.

Each story below is one person; hours count from arrival. The real dbt project runs once for all of them.
"""

from typing import Any

import pytest

from tests.lib.dbt_tables import DbtHome, make_home
from tests.lib.patients import (
    START,
    admitted,
    at,
    born,
    cultured,
    emergency,
    given,
    measured,
    ordered,
    people,
    unborn,
)

ADULT = born("1950-06-15")
# Creatinine 171 to 299 umol/L scores 2 by itself.
KIDNEYS_FAIL = 200

STORIES = {
    "culture_first": (
        ADULT, emergency(0, 4), admitted(4, 72),
        measured(11, "creatinine", KIDNEYS_FAIL), cultured(12), given(13),
    ),
    "antibiotic_first": (ADULT, admitted(0, 72), measured(15, "gcs", 12), given(10), cultured(34)),
    "culture_too_late": (ADULT, admitted(0, 72), measured(15, "gcs", 12), given(10), cultured(35)),
    "antibiotic_just_in_time": (ADULT, admitted(0, 120), measured(15, "gcs", 12), cultured(10), given(82)),
    "antibiotic_too_late": (ADULT, admitted(0, 120), measured(15, "gcs", 12), cultured(10), given(83)),
    "antibiotic_only_ordered": (ADULT, admitted(0, 48), measured(11, "gcs", 12), cultured(12), ordered(13)),
    "organs_well": (ADULT, admitted(0, 48), measured(11, "creatinine", 120), cultured(12), given(13)),
    "organs_fail_48_hours_before": (ADULT, admitted(0, 96), measured(1, "gcs", 12), cultured(49), given(50)),
    "organs_fail_49_hours_before": (ADULT, admitted(0, 96), measured(1, "gcs", 12), cultured(50), given(51)),
    "organs_fail_24_hours_after": (ADULT, admitted(0, 96), measured(36, "gcs", 12), cultured(12), given(13)),
    "organs_fail_25_hours_after": (ADULT, admitted(0, 96), measured(37, "gcs", 12), cultured(12), given(13)),
    "two_organs_in_a_day": (
        ADULT, admitted(0, 96), measured(5, "platelets", 120), measured(28, "bilirubin", 25), cultured(30), given(31),
    ),
    "two_organs_a_day_apart": (
        ADULT, admitted(0, 96), measured(5, "platelets", 120), measured(30, "bilirubin", 25), cultured(31), given(32),
    ),
    "low_oxygen_on_oxygen": (
        ADULT, admitted(0, 48), measured(9, "fio2", 40), measured(10, "pao2", 9), cultured(12), given(13),
    ),
    "same_oxygen_on_air": (ADULT, admitted(0, 48), measured(10, "pao2", 9.5), cultured(12), given(13)),
    "low_saturation_on_oxygen": (
        ADULT, admitted(0, 48), measured(9, "fio2", 35), measured(10, "spo2", 92), cultured(12), given(13),
    ),
    "vasopressor": (ADULT, admitted(0, 48), given(11, "vasopressor"), cultured(12), given(13)),
    "wrong_unit": (
        ADULT, admitted(0, 48), measured(11, "creatinine", KIDNEYS_FAIL, unit="mg/dL"), cultured(12), given(13),
    ),
    "septic_on_arrival": (ADULT, admitted(0, 48), measured(1, "gcs", 12), cultured(0), given(1)),
    "sixteen_today": (born("2008-03-01"), admitted(0, 3)),
    "fifteen": (born("2008-03-02"), admitted(0, 3)),
    "birth_not_known": (unborn(), admitted(0, 3)),
    "sent_home": (ADULT, emergency(0, 3)),
    "leaves_before_arriving": (ADULT, admitted(0, -3)),
    "dies": (born("1950-06-15", deceased_at=at(7.5)), admitted(0, 7.5, discharge_destination="79")),
    "stays_long": (ADULT, admitted(0, 400)),
    "comes_back": (ADULT, admitted(0, 5), admitted(48, 50)),
    "moves_within_six_hours": (ADULT, admitted(0, 5), admitted(11, 14)),
    "never_discharged": (ADULT, admitted(0, None), measured(6.5, "heart_rate", 80)),
    "lab_on_record_later": (
        ADULT, admitted(0, 30), measured(1, "lactate", 1.5), measured(2, "lactate", 4.0, known=6),
    ),
    "old_vitals": (ADULT, admitted(0, 30), measured(1, "heart_rate", 80)),
    "corrected_value": (
        ADULT, admitted(0, 6), measured(1, "temperature", 39.9), measured(1, "temperature", 36.9, known=3),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> DbtHome:
    built = make_home(tmp_path_factory.mktemp("sepsis"), people(STORIES))
    built.build("--quiet")
    return built


def hours(home: DbtHome, person: str, *columns: str) -> list[tuple[Any, ...]]:
    """Return for each prediction hour of a person the hours since `START` and some columns."""
    names = ", ".join(("prediction_at", *columns))
    rows = home.rows(f"select {names} from cohort_sepsis_onset where person_id = '{person}' order by all")
    return [((first - START).total_seconds() / 3600, *rest) for first, *rest in rows]


def onset(home: DbtHome, person: str) -> float | None:
    """Return the hours from `START` to a person's onset, as the labels tell it."""
    found = {at for _, at in hours(home, person, "label_sepsis_onset_6h_at") if at}
    assert len(found) <= 1
    return (found.pop() - START).total_seconds() / 3600 if found else None


def test_a_row_stands_for_every_hour_from_arrival_until_onset(home: DbtHome) -> None:
    assert [hour for (hour,) in hours(home, "culture_first")] == list(range(12))


def test_an_hour_is_labelled_when_onset_comes_after_it_and_at_most_six_hours_later(home: DbtHome) -> None:
    labelled = [hour for hour, label in hours(home, "culture_first", "label_sepsis_onset_6h") if label]
    assert labelled == [6, 7, 8, 9, 10, 11]


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("culture_first", 12),
        ("antibiotic_first", 10),
        ("culture_too_late", None),
        ("antibiotic_just_in_time", 10),
        ("antibiotic_too_late", None),
        ("antibiotic_only_ordered", None),
    ],
)
def test_infection_is_suspected_from_the_earlier_of_antibiotic_and_culture_if_the_other_follows_in_time(
    home: DbtHome, person: str, expected: float | None
) -> None:
    assert onset(home, person) == expected


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ("organs_well", None),
        ("organs_fail_48_hours_before", 49),
        ("organs_fail_49_hours_before", None),
        ("organs_fail_24_hours_after", 12),
        ("organs_fail_25_hours_after", None),
        ("two_organs_in_a_day", 30),
        ("two_organs_a_day_apart", None),
        ("low_oxygen_on_oxygen", 12),
        ("same_oxygen_on_air", None),
        ("low_saturation_on_oxygen", 12),
        ("vasopressor", 12),
        ("wrong_unit", None),
    ],
)
def test_a_suspicion_is_sepsis_if_sofa_reaches_two_from_48_hours_before_to_24_hours_after_it(
    home: DbtHome, person: str, expected: float | None
) -> None:
    assert onset(home, person) == expected


@pytest.mark.parametrize(
    "person", ["septic_on_arrival", "fifteen", "birth_not_known", "sent_home", "leaves_before_arriving"]
)
def test_a_person_who_does_not_meet_the_criteria_is_left_out(home: DbtHome, person: str) -> None:
    assert hours(home, person) == []


def test_a_person_is_old_enough_on_the_sixteenth_birthday(home: DbtHome) -> None:
    assert hours(home, "sixteen_today", "feature_age_years") == [(0, 16), (1, 16), (2, 16)]


def test_an_hour_whose_horizon_death_cuts_off_says_so(home: DbtHome) -> None:
    reasons = hours(home, "dies", "label_sepsis_onset_6h", "censor_reason")
    assert reasons[:2] == [(0, False, "none"), (1, False, "none")]
    assert reasons[2:] == [(hour, False, "death") for hour in range(2, 8)]


def test_follow_up_ends_at_168_hours_and_censors_nothing(home: DbtHome) -> None:
    rows = hours(home, "stays_long", "censor_reason")
    assert rows == [(hour, "none") for hour in range(168)]


def test_a_second_stay_has_its_own_index(home: DbtHome) -> None:
    rows = hours(home, "comes_back", "feature_hours_since_arrival", "index_at")
    assert [(hour, since, index) for hour, since, index in rows if since == 0] == [(0, 0, at(0)), (48, 0, at(48))]


def test_stays_at_most_six_hours_apart_are_one_spell(home: DbtHome) -> None:
    assert {index for _, index in hours(home, "moves_within_six_hours", "index_at")} == {at(0)}


def test_a_stay_without_an_end_is_followed_to_its_last_fact(home: DbtHome) -> None:
    rows = hours(home, "never_discharged", "censor_reason")
    assert rows == [(0, "none"), *((hour, "end_of_data") for hour in range(1, 7))]


def test_a_value_is_seen_only_once_it_is_on_record(home: DbtHome) -> None:
    rows = hours(home, "lab_on_record_later", "feature_lactate_mmol_per_l")[:8]
    assert [value for _, value in rows] == [None, 1.5, 1.5, 1.5, 1.5, 1.5, 4.0, 4.0]


def test_a_correction_counts_from_when_it_is_on_record(home: DbtHome) -> None:
    rows = hours(home, "corrected_value", "feature_temperature_celsius")
    assert [value for _, value in rows] == [None, 39.9, 39.9, 36.9, 36.9, 36.9]


def test_a_value_older_than_24_hours_is_not_seen(home: DbtHome) -> None:
    rows = dict(hours(home, "old_vitals", "feature_heart_rate_per_min"))
    assert (rows[0], rows[1], rows[24], rows[25]) == (None, 80, 80, None)


def test_every_row_of_a_person_is_in_the_same_part_of_the_split(home: DbtHome) -> None:
    parts = home.rows("select person_id from cohort_sepsis_onset group by person_id having count(distinct split) > 1")
    assert parts == []


def test_the_attrition_table_counts_people_and_rows_at_each_step(home: DbtHome) -> None:
    steps = home.rows("select step_number, people, rows_left from attrition_sepsis_onset order by step_number")
    everyone = len(STORIES)
    assert steps[:6] == [
        (1, everyone, everyone),
        (2, everyone, everyone + 1),
        (3, everyone - 1, everyone),
        (4, everyone - 2, everyone - 1),
        (5, everyone - 4, everyone - 3),
        (6, everyone - 5, everyone - 4),
    ]
