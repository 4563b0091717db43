"""How many cases are tried. ``make fuzz`` tries more; the ordinary number is what a run of all tests can afford."""

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("FUZZ", "1"))


def cases(number: int) -> settings:
    """Let a property be tried with *number* examples, times what the environment's ``FUZZ`` says."""
    slow = [
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ]
    return settings(max_examples=number * TIMES, deadline=None, database=None, suppress_health_check=slow)
