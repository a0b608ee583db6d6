"""What the tests of screens share."""

import pytest


@pytest.fixture
def update(request: pytest.FixtureRequest) -> bool:
    """Whether golden screens are to be written anew."""
    return bool(request.config.getoption("--update-golden"))
