"""Learning rates of the explorer's other optimizers on each landscape; landscape_defaults.py has the book's six.

One rule chose them all: of 1, 2, 5 × 10ᵏ from 0.0001 to 50, of those whose path stays in the picture, the one with the
lowest second half of it (best_rate). AdamW has Adam's: its decay would win by pulling everything to 0. Slope and saddle
have no minimum: there all have the rate of the six. `python -m zeronet.lab.web.rates` prints the table.
"""

import math

import numpy as np

from zeronet.lab.runner.landscape_defaults import NAMES, STEPS
from zeronet.lab.web.javascript import traceable
from zeronet.landscapes import LANDSCAPES, Landscape, walk
from zeronet.optimizers import Optimizer

TRIED = [m * 10.0**k for k in range(-4, 2) for m in (1, 2, 5)]
LOW_ENOUGH = 0.001  # of f − f_min: lower counts as this

OTHER_RATES: dict[str, dict[str, float]] = {
    "valley": {
        "SignSGD": 0.5,
        "CenteredRMSProp": 0.5,
        "RMSPropMomentum": 0.05,
        "AdaDelta": 50.0,
        "Rprop": 2.0,
        "AdaMax": 0.5,
        "NAdam": 2.0,
        "RAdam": 1.0,
        "AMSGrad": 0.5,
        "AdaBelief": 0.2,
        "Yogi": 0.5,
        "Lion": 1.0,
        "Adan": 5.0,
        "ScheduleFreeSGD": 1.0,
        "ScheduleFreeAdamW": 5.0,
    },
    "rosenbrock": {
        "SignSGD": 0.002,
        "CenteredRMSProp": 0.2,
        "RMSPropMomentum": 0.01,
        "AdaDelta": 20.0,
        "Rprop": 0.05,
        "AdaMax": 1.0,
        "NAdam": 1.0,
        "RAdam": 0.0002,
        "AMSGrad": 1.0,
        "AdaBelief": 0.5,
        "Yogi": 0.5,
        "Lion": 0.02,
        "Adan": 0.5,
        "ScheduleFreeSGD": 0.005,
        "ScheduleFreeAdamW": 1.0,
    },
    "beale": {
        "SignSGD": 0.05,
        "CenteredRMSProp": 0.05,
        "RMSPropMomentum": 0.02,
        "AdaDelta": 20.0,
        "Rprop": 0.005,
        "AdaMax": 0.5,
        "NAdam": 0.2,
        "RAdam": 0.02,
        "AMSGrad": 0.5,
        "AdaBelief": 0.2,
        "Yogi": 0.2,
        "Lion": 0.05,
        "Adan": 0.5,
        "ScheduleFreeSGD": 0.05,
        "ScheduleFreeAdamW": 1.0,
    },
    "himmelblau": {
        "SignSGD": 0.5,
        "CenteredRMSProp": 0.2,
        "RMSPropMomentum": 0.02,
        "AdaDelta": 50.0,
        "Rprop": 1.0,
        "AdaMax": 1.0,
        "NAdam": 1.0,
        "RAdam": 0.05,
        "AMSGrad": 1.0,
        "AdaBelief": 0.5,
        "Yogi": 1.0,
        "Lion": 0.5,
        "Adan": 1.0,
        "ScheduleFreeSGD": 0.1,
        "ScheduleFreeAdamW": 2.0,
    },
    "branin": {
        "SignSGD": 0.5,
        "CenteredRMSProp": 0.5,
        "RMSPropMomentum": 0.2,
        "AdaDelta": 50.0,
        "Rprop": 2.0,
        "AdaMax": 5.0,
        "NAdam": 5.0,
        "RAdam": 0.1,
        "AMSGrad": 5.0,
        "AdaBelief": 2.0,
        "Yogi": 2.0,
        "Lion": 1.0,
        "Adan": 5.0,
        "ScheduleFreeSGD": 0.5,
        "ScheduleFreeAdamW": 10.0,
    },
    "rastrigin": {
        "SignSGD": 0.01,
        "CenteredRMSProp": 0.01,
        "RMSPropMomentum": 0.1,
        "AdaDelta": 5.0,
        "Rprop": 1.0,
        "AdaMax": 1.0,
        "NAdam": 0.5,
        "RAdam": 0.02,
        "AMSGrad": 1.0,
        "AdaBelief": 0.5,
        "Yogi": 0.5,
        "Lion": 0.02,
        "Adan": 0.2,
        "ScheduleFreeSGD": 0.02,
        "ScheduleFreeAdamW": 1.0,
    },
    "ackley": {
        "SignSGD": 1.0,
        "CenteredRMSProp": 0.5,
        "RMSPropMomentum": 0.1,
        "AdaDelta": 5.0,
        "Rprop": 1.0,
        "AdaMax": 1.0,
        "NAdam": 1.0,
        "RAdam": 0.5,
        "AMSGrad": 1.0,
        "AdaBelief": 1.0,
        "Yogi": 1.0,
        "Lion": 0.2,
        "Adan": 1.0,
        "ScheduleFreeSGD": 0.5,
        "ScheduleFreeAdamW": 2.0,
    },
}


def best_rate(landscape: Landscape, optimizer: type[Optimizer], steps: int) -> float:
    """Return the learning rate with the lowest mean of log(f − f_min) over the second half of the path."""
    low, high = np.array(landscape.domain).T

    def height(lr: float) -> float:
        points = list(walk(landscape, optimizer(lr=lr), steps=steps))
        outside = any(
            not (low <= (point.x, point.y)).all() or not (high >= (point.x, point.y)).all() for point in points
        )
        if len(points) <= steps or outside:
            return math.inf
        heights = [point.f - (landscape.lowest or 0.0) for point in points]
        return float(np.mean(np.log(np.maximum(heights[steps // 2 :], LOW_ENOUGH))))

    return min(TRIED, key=height)


if __name__ == "__main__":
    for name, kind in LANDSCAPES.items():
        if kind().lowest is not None:
            others = {
                cls: best_rate(kind(), opt, STEPS[name])
                for cls, opt in traceable().items()
                if cls not in (*NAMES, "AdamW")
            }
            print(f"    {name!r}: { ({cls: float(f'{lr:.1g}') for cls, lr in others.items()}) },".replace("'", '"'))
