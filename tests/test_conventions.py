"""Every row of the table of kinks in docs/conventions.md."""

import numpy as np
import pytest
from kinks import expected, kinks, run

from s2sad import NotDifferentiable, grad

ERRORS = {"NotDifferentiable": NotDifferentiable, "LinAlgError": np.linalg.LinAlgError}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("kink", list(kinks()), ids=lambda kink: kink.example)
def test_kink(kink):
    if kink.given in ERRORS:
        with pytest.raises(ERRORS[kink.given]):
            run(kink.example, grad=grad, np=np)
    else:
        np.testing.assert_allclose(run(kink.example, grad=grad, np=np), expected(kink.given), rtol=1e-12, atol=1e-15)


def test_float_power_is_nan_where_its_derivative_is():
    with np.errstate(all="ignore"):
        assert np.isnan(grad(lambda x: np.float_power(x, 0.5))(-1.0))


def test_there_are_kinks():
    assert len(list(kinks())) > 50
