"""What happens to people is plausible enough that the cohorts have something to find."""

from itertools import pairwise

import pytest

from orchestration.synth.journeys import (
    ANTIBIOTIC_LATE,
    ANTIBIOTIC_ONLY,
    CULTURE_LATE,
    CULTURE_ONLY,
    INFECTION,
    SEPSIS,
    STABLE,
    deaths,
    make_journeys,
)
from orchestration.synth.people import make_people
from orchestration.synth.treatment import suspicion
from orchestration.synth.world import make_world
from tests.unit.synth.conftest import AS_OF, Made

HOUR = 3600


@pytest.fixture(scope="module")
def journeys():  # type: ignore[no-untyped-def]  # a frame is a plain dictionary of arrays
    world = make_world(patients=2000, seed=3, as_of=AS_OF)
    people = make_people(world, 0)
    return world, people, make_journeys(world, 0, people)


def test_journeys_of_one_person_never_overlap(journeys) -> None:  # type: ignore[no-untyped-def]
    _, _, rows = journeys
    order = sorted(zip(rows["person"], rows["start_at"], rows["end_at"], strict=True))

    for (person, _, ended), (other, started, _) in pairwise(order):
        assert person != other or ended < started


def test_antibiotic_and_culture_are_hours_apart_in_infection_and_73_hours_in_the_controls(journeys) -> None:  # type: ignore[no-untyped-def]
    world, _, rows = journeys
    found = suspicion(world, 0, rows)
    gap = abs(found["antibiotic_at"] - found["culture_at"])
    course = rows["course"]
    ill = (course == SEPSIS) | (course == INFECTION)
    late = (course == CULTURE_LATE) | (course == ANTIBIOTIC_LATE)

    assert (gap[ill] <= 4 * HOUR).all()
    assert (gap[late] == 73 * HOUR).all()
    assert (found["culture_at"][course == ANTIBIOTIC_ONLY] < 0).all()
    assert (found["antibiotic_at"][course == CULTURE_ONLY] < 0).all()
    assert (found["antibiotic_at"][course == STABLE] < 0).all()


def test_nobody_has_an_event_after_death(made: Made) -> None:
    for table, happened in (
        ("visit_occurrence", "visit_start_datetime"),
        ("drug_exposure", "drug_exposure_start_datetime"),
    ):
        after = made.value(
            f"""
            select count(*) from {made.omop(table)} inner join {made.omop("death")} using (person_id)
            where {happened} > death_datetime
            """
        )
        assert after == 0


def test_a_death_in_hospital_ends_the_spell(journeys) -> None:  # type: ignore[no-untyped-def]
    world, people, rows = journeys
    died_at = deaths(world, 0, people=people, journeys=rows)
    died = rows["died"]

    assert died.sum() > 5
    assert (died_at[rows["person"][died]] <= rows["end_at"][died]).all()


def test_two_thousand_people_hold_enough_of_both_cohorts(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from tests.unit.synth.conftest import make

    clinical = make(tmp_path, seed=1, patients=2000, shapes=frozenset({"omop"})).key["clinical"]

    assert clinical["people_with_sepsis"] >= 120
    assert clinical["spells"] - clinical["spells_sepsis"] >= 300
    assert clinical["people_screened"] >= 200
    assert clinical["eyes_referable"] >= 100
    assert all(count > 0 for count in clinical.values())


def test_vital_signs_and_blood_tests_worsen_before_sepsis_is_suspected(tmp_path) -> None:  # type: ignore[no-untyped-def]
    from tests.unit.synth.conftest import make

    made = make(tmp_path, seed=2, patients=1500, shapes=frozenset({"omop"}))
    made.con.execute(
        f"""
        create temp table culture as
        select person_id, min(measurement_datetime) as taken_at from {made.omop("measurement")}
        where measurement_source_value = '600-7' group by person_id
        """
    )
    early, late = (
        made.value(
            f"""
            select avg(value_as_number) from {made.omop("measurement")} inner join culture using (person_id)
            where measurement_source_value = '9279-1'
            and measurement_datetime between taken_at - to_hours({start}) and taken_at - to_hours({end})
            """
        )
        for start, end in ((48, 14), (4, 0))
    )

    assert late > early + 2
