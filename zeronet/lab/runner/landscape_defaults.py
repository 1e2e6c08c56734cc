"""Steps and learning rates on each landscape, if none are given."""

# The number of updates on each landscape.
STEPS = {"valley": 30, "slope": 30, "saddle": 30, "himmelblau": 50, "branin": 50}
STEPS |= {"beale": 100, "rastrigin": 100, "ackley": 100, "rosenbrock": 200}

# Learning rates there, optimizer by optimizer. The valley's are the book's and the articles'. Slope and saddle have no
# minimum: one learning rate for all. Elsewhere one rule chose them: of 1, 2, 5 × 10ᵏ from 0.0001 to 50, the one with
# the lowest second half of the path, as the mean of log(f − f_min), where 0.001 counts as low enough.
NAMES = ("SGD", "Momentum", "Nesterov", "AdaGrad", "RMSProp", "Adam")
RATES: dict[str, dict[str, float]] = {
    landscape: dict(zip(NAMES, rates, strict=True))
    for landscape, rates in {
        "valley": (0.95, 0.1, 0.1, 1.5, 0.3, 0.3),
        "slope": (0.5, 0.5, 0.5, 0.5, 0.5, 0.5),
        "rosenbrock": (0.005, 0.002, 0.002, 2.0, 0.2, 1.0),
        "beale": (0.05, 0.02, 0.005, 1.0, 0.05, 0.2),
        "himmelblau": (0.01, 0.005, 0.01, 1.0, 0.2, 1.0),
        "branin": (0.1, 0.05, 0.1, 10.0, 10.0, 2.0),
        "rastrigin": (0.001, 0.005, 0.002, 1.0, 0.01, 0.5),
        "ackley": (0.1, 0.02, 0.05, 1.0, 0.5, 1.0),
        "saddle": (0.1, 0.1, 0.1, 0.1, 0.1, 0.1),
    }.items()
}
