"""Counts as people may see them."""

import pytest

from orchestration.release.suppress import percent, rounded, shown


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0"), (1, "≤7"), (7, "≤7"), (8, "10"), (12, "10"), (13, "15"), (1002, "1,000"), (1003, "1,005")],
)
def test_small_counts_are_hidden_and_others_rounded_to_five(count, text):
    assert shown(count) == text


def test_each_shown_count_can_stand_for_several():
    told = {shown(count) for count in range(8, 1000)}
    assert all(sum(shown(count) == text for count in range(1010)) >= 5 for text in told)


@pytest.mark.parametrize(
    ("part", "whole", "share"), [(0, 100, 0), (50, 100, 50), (7, 100, None), (8, 8, 100), (5, 0, None)]
)
def test_a_share_is_taken_from_rounded_counts_only(part, whole, share):
    assert percent(part, whole) == share


def test_a_small_count_has_no_rounded_value():
    assert rounded(1) is None
    assert rounded(7) is None
