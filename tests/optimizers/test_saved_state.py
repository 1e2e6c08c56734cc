"""What is refused as the state of an optimizer; that a good one goes on with the same bytes is a law."""

import numpy as np
import pytest

from zeronet import Adam, Muon, Shampoo


@pytest.mark.parametrize("cls", [Adam, Muon, Shampoo])
@pytest.mark.parametrize("shape", [(10**6, 10**6), (-3, -2), (3, 2.5), (2, 3), (3, 2, 0), 7, "32"], ids=repr)
def test_a_state_that_claims_another_shape_than_its_arrays_is_refused(cls, shape):
    optimizer, params = cls(), {"W": np.ones((3, 2)), "b": np.ones(2)}
    optimizer.update(params, {name: np.ones_like(array) for name, array in params.items()})
    state = optimizer.state_dict()
    other = cls()
    with pytest.raises(ValueError, match=r"^this state has .* for W .*$"):
        other.load_state_dict(state | {"shapes": {"W": shape, "b": (2,)}})
    assert other.t == 0
    other.load_state_dict(state)


def test_a_state_without_one_of_its_parts_is_refused():
    for part in Adam().state_dict():
        state = {name: value for name, value in Adam().state_dict().items() if name != part}
        with pytest.raises(ValueError, match=f"no state of an optimizer: it has no {part}"):
            Adam().load_state_dict(state)


def test_a_state_with_arrays_that_the_optimizer_does_not_keep_is_refused_and_nothing_changes():
    optimizer, params = Adam(), {"W": np.ones((3, 2))}
    optimizer.update(params, {"W": np.ones((3, 2))})
    state = optimizer.state_dict()
    other = Adam()
    with pytest.raises(ValueError, match="this state has update, which Adam does not keep"):
        other.load_state_dict(state | {"states": state["states"] | {"update": state["states"]["m"]}})
    assert callable(other.update)
    assert other.t == 0
