"""PyTorch, eager: fused or foreach updates, subnormals flushed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch

from benchmarks.task import Task


def contestant(task: Task, best: bool = True) -> Callable[[], float]:
    """Return one epoch: with the best settings, or with PyTorch's defaults."""
    x, t = torch.from_numpy(np.array(task.x)), torch.from_numpy(np.array(task.t))

    def epoch() -> float:
        torch.set_flush_denormal(best)
        layers: list[torch.nn.Module] = []
        for W, b in task.weights():
            linear = torch.nn.Linear(*W.shape)
            linear.weight.data, linear.bias.data = torch.from_numpy(W.T.copy()), torch.from_numpy(b)
            layers += [linear, torch.nn.ReLU()]
        net = torch.nn.Sequential(*layers[:-1])
        optimizer = _optimizer(task, net.parameters(), best)
        loss_of, losses = torch.nn.CrossEntropyLoss(), []
        for batch in torch.from_numpy(task.batches()):
            optimizer.zero_grad()
            loss = loss_of(net(x[batch]), t[batch])
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        torch.set_flush_denormal(False)
        return float(torch.stack(losses).mean())

    return epoch


def _optimizer(task: Task, params: Any, best: bool) -> torch.optim.Optimizer:
    o, fused, foreach = task.optimizer(), {"fused": True} if best else {}, {"foreach": True} if best else {}
    match task.rule:
        case "SGD":
            return torch.optim.SGD(params, o.lr, **fused)
        case "Momentum":
            return torch.optim.SGD(params, o.lr, o.momentum, **fused)
        case "AdaGrad":
            return torch.optim.Adagrad(params, o.lr, eps=o.eps, **fused)
        case "RMSProp":  # which has no fused form
            return torch.optim.RMSprop(params, o.lr, o.rho, o.eps, **foreach)
    return torch.optim.Adam(params, o.lr, (o.beta1, o.beta2), o.eps, **fused)
