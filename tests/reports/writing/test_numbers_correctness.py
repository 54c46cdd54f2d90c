"""Numbers as people read them."""

from datetime import date

import pytest

from clvlab.errors import InputError
from clvlab.reports.writing.numbers import format_value

SPACE = "\u00a0"


@pytest.mark.parametrize(
    ("value", "spec", "shown"),
    [
        (69659, "count", "69,659"),
        (1653.4, "count", "1,653"),
        (-0.2, "count", "0"),
        (999.994, "amount", "999.99"),
        (999.996, "amount", "1,000"),
        (-1234.5, "amount", "−1,234"),
        (1234.5, "amount.2", "1,234.50"),
        (12.5, "money", "$12.50"),
        (-12.5, "money", "−$12.50"),
        (123456.7, "money", "$123,457"),
        (0.123, "percent", f"12.3{SPACE}%"),
        (-0.004, "percent", f"−0.4{SPACE}%"),
        (0.62, "percent.0", f"62{SPACE}%"),
        (4.4136020, "plain", "4.41"),
        (0.2425945, "plain", "0.243"),
        (95368.4, "plain", "95,400"),
        (9.999, "plain", "10.0"),
        (0, "plain", "0"),
        (0.00001234, "plain", "1.23 × 10⁻⁵"),
        (-9582.429207, ".2f", "−9582.43"),
        (1882, "", "1882"),
        (0.333333, "", "0.333"),
        (float("inf"), "money", "∞"),
        (float("-inf"), "count", "−∞"),
        (date(1998, 6, 30), "date", "1998-06-30"),
        (date(1998, 6, 30), "%d %B %Y", "30 June 1998"),
        ("1998-06-30", "date", "1998-06-30"),
        ("week", "", "week"),
        (True, "", "yes"),
        (None, "money", "not available"),
        (float("nan"), "count", "not available"),
    ],
)
def test_value_is_written_as_its_format_says(value, spec, shown):
    assert format_value(value, spec, currency="$") == shown


def test_currency_code_follows_the_amount():
    assert format_value(12.5, "money", currency="CNY") == f"12.50{SPACE}CNY"


@pytest.mark.parametrize(
    ("value", "spec"), [("week", "count"), (1.5, "monney"), (1.5, "money.x"), ("a", "percent")]
)
def test_format_that_does_not_suit_is_refused(value, spec):
    with pytest.raises(InputError, match="must suit its value"):
        format_value(value, spec)
