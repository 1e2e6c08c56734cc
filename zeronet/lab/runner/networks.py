"""Networks as plans have them: {"class": name, argument: value, …}."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from zeronet.nn import MultiLayerNet, Network, TwoLayerNet

NETWORKS: dict[str, Callable[..., Network]] = {"TwoLayerNet": TwoLayerNet, "MultiLayerNet": MultiLayerNet}


def network_plan(hidden_sizes: Sequence[int]) -> dict[str, Any]:
    """Return the plan of a network: a TwoLayerNet for one hidden size, a MultiLayerNet for several.

    >>> network_plan([50])
    {'class': 'TwoLayerNet', 'hidden_size': 50}
    """
    if len(hidden_sizes) == 1:
        return {"class": "TwoLayerNet", "hidden_size": hidden_sizes[0]}
    return {"class": "MultiLayerNet", "hidden_sizes": list(hidden_sizes)}


def layer_sizes(plan: Mapping[str, Any], problem: Mapping[str, Any]) -> str:
    """Return the sizes of a network's layers.

    >>> layer_sizes(network_plan([50]), {"input_size": 784, "classes": 10})
    '784–50–10'
    """
    hidden = plan.get("hidden_sizes", [plan.get("hidden_size")])
    return "–".join(map(str, [problem["input_size"], *hidden, problem["classes"]]))


def build_network(plan: Mapping[str, Any], problem: Mapping[str, Any], seed: int) -> Network:
    """Return the network of a plan for a problem, initialized from the seed.

    >>> build_network(network_plan([100, 100]), {"input_size": 784, "classes": 10}, seed=0).params
    Parameters(W1 (784, 100), b1 (100,), W2 (100, 100), b2 (100,), W3 (100, 10), b3 (10,); float32)
    """
    arguments = {name: value for name, value in plan.items() if name != "class"}
    return NETWORKS[plan["class"]](
        input_size=problem["input_size"], output_size=problem["classes"], seed=seed, **arguments
    )
