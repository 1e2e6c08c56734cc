"""What other books and libraries call zeronet's classes and settings: one table, for hints and for the test bench.

The names that a library's dialect answers to are in zeronet.lab.dialects.
"""

from collections.abc import Iterable

# Lower-case name → ours. A name that differs from ours in case alone needs no row.
CLASSES = {
    "gd": "SGD",
    "gradientdescent": "SGD",
    "nag": "Nesterov",
    "heavyball": "Momentum",
    "softmaxwithloss": "SoftmaxCrossEntropy",
    "multilayernetextend": "MultiLayerNet",
    **dict.fromkeys(("linear", "dense"), "Affine"),
    **dict.fromkeys(("conv2d", "conv"), "Convolution"),
    **dict.fromkeys(("batchnorm", "batchnorm1d", "batchnorm2d"), "BatchNormalization"),
    "layernorm": "LayerNormalization",
    **dict.fromkeys(("pooling", "maxpool2d", "maxpooling2d"), "MaxPooling"),
    **dict.fromkeys(("avgpool2d", "averagepooling2d"), "AveragePooling"),
}

# Lower-case name → the settings of ours that it is used for.
SETTINGS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("learning_rate", "learning_rate_init", "learningrate", "eta", "step_size"), ("lr",)),
    **dict.fromkeys(("beta", "gamma"), ("momentum", "rho")),
    **dict.fromkeys(("beta_1", "b1"), ("beta1",)),
    **dict.fromkeys(("beta_2", "b2"), ("beta2",)),
    "alpha": ("rho", "momentum", "lr"),
    "decay": ("rho", "weight_decay"),
    "decay_rate": ("rho",),
    "epsilon": ("eps",),
    "mu": ("momentum",),
    "wd": ("weight_decay",),
}


def our_class(name: str, ours: Iterable[str]) -> str | None:
    """Return the one of our names that is meant by another's, or None.

    >>> our_class("RMSprop", ["SGD", "RMSProp"]), our_class("NAG", ["Nesterov"]), our_class("NAG", ["SGD"])
    ('RMSProp', 'Nesterov', None)
    """
    meant = CLASSES.get(name.lower(), name).lower()
    return next((each for each in ours if each.lower() == meant), None)


def our_settings(name: str) -> tuple[str, ...]:
    """Return our names of the settings that another's name is used for; () for an unknown one.

    >>> our_settings("Epsilon"), our_settings("alpha"), our_settings("nesterov")
    (('eps',), ('rho', 'momentum', 'lr'), ())
    """
    return SETTINGS.get(name.lower(), ())
