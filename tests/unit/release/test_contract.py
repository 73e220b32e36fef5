"""Which columns a release has."""

import pytest

from orchestration.config import CohortColumn
from orchestration.release.contract import release_contract
from orchestration.release.errors import CandidateError
from tests.lib.factories import make_cohort, make_request


def with_column(name: str, data_type: str):
    return make_cohort(columns=(*make_cohort().columns, CohortColumn(name=name, data_type=data_type, description="x")))


def test_times_leave_as_whole_units_since_the_first_index_event():
    contract = release_contract(make_cohort(), make_request())

    assert [column.name for column in contract.columns][:5] == [
        *("person_id", "index_hours", "prediction_hours", "label_sepsis_onset_6h", "label_sepsis_onset_6h_hours"),
    ]
    assert {column.data_type for column in contract.columns if column.is_time} == {"BIGINT"}
    assert contract.grain == ("person_id", "prediction_hours")
    assert contract.label_times == ("label_sepsis_onset_6h_hours",)


def test_a_cohort_that_counts_days_gives_days():
    assert release_contract(make_cohort(time_unit="days"), make_request()).index == "index_days"


def test_only_the_columns_that_were_asked_for_leave_and_those_that_every_release_needs():
    contract = release_contract(make_cohort(), make_request(columns=("feature_age_years",)))

    assert [column.source for column in contract.columns] == [
        *("person_id", "index_at", "prediction_at", "label_sepsis_onset_6h", "label_sepsis_onset_6h_at"),
        *("censor_reason", "feature_age_years", "split"),
    ]


def test_a_column_that_the_cohort_does_not_have_is_refused():
    with pytest.raises(CandidateError, match="no column feature_postcode"):
        release_contract(make_cohort(), make_request(columns=("feature_postcode",)))


@pytest.mark.parametrize("name", ["person_id", "index_at", "prediction_at", "split", "label_sepsis_onset_6h"])
def test_a_cohort_that_lacks_what_every_release_needs_is_refused(name):
    columns = tuple(column for column in make_cohort().columns if column.name != name)
    with pytest.raises(CandidateError, match=name):
        release_contract(make_cohort(columns=columns), make_request())


@pytest.mark.parametrize(
    "data_type", ["varchar[]", "struct(a integer)", "blob", "json", "time", "timestamptz", "interval"]
)
def test_a_type_that_could_hold_anything_is_refused(data_type):
    with pytest.raises(CandidateError, match="type that no release may hold"):
        release_contract(with_column("feature_extra", data_type), make_request())


def test_a_time_whose_name_does_not_say_so_is_refused():
    with pytest.raises(CandidateError, match="must end in _at or _date"):
        release_contract(with_column("feature_birthday", "date"), make_request())


def test_two_columns_that_would_have_one_name_are_refused():
    with pytest.raises(CandidateError, match="one name"):
        release_contract(with_column("index_date", "date"), make_request())


def test_a_decimal_keeps_its_scale():
    contract = release_contract(with_column("feature_dose_mg", "decimal(18, 3)"), make_request())
    assert contract.columns[-1].data_type == "DECIMAL(18,3)"
