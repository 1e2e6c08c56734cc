"""Networks from files: the other end of net.save(path)."""

import json
from pathlib import Path

from zeronet.files import read_arrays
from zeronet.layers import LAYERS
from zeronet.losses import LOSSES
from zeronet.network import MultiLayerNet, Network, TwoLayerNet

NETWORKS = {network.__name__: network for network in (Network, TwoLayerNet, MultiLayerNet)}


def load(path: str | Path) -> Network:
    """Build the network again that net.save(path) wrote: same class, layers, type, seed and parameters.

    Raises FileNotFoundError where there is none, and ValueError for a file that no network was saved to.
    """
    try:
        arrays = read_arrays(path)
        plan = json.loads(str(arrays.pop("architecture")))
        layers = [LAYERS[name](**settings) for name, settings in plan["layers"]]
        net = object.__new__(
            NETWORKS.get(plan["class"], Network)
        )  # the layers are known: no need to work them out again
        Network.__init__(net, layers, LOSSES[plan["loss_function"]](), plan["dtype"], plan["seed"])
        for name in net.params.keys() | arrays.keys():
            net.params[name] = arrays[name]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path} is no network saved by zeronet, or it is damaged ({error})") from error
    return net
