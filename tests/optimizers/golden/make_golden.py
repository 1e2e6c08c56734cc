"""Make pytorch.json, optax.json and keras.json: paths of elementwise optimizers as the reference libraries take them.

    python tests/optimizers/golden/make_golden.py          with torch, optax and keras installed, anywhere

Nothing of zeronet takes part: the script cannot import it. The settings have zeronet's names; `made by` says what
was called. `own form` is true where the library's form is another than zeronet's: a dialect. A path is given after each
update, in float64, along the same random gradients for all.
"""

import json
import os
import re
import sys
from pathlib import Path

import numpy as np

UPDATES, SHAPE = 12, (2, 3)
LR, BETAS, EPS, DECAY = 0.05, (0.8, 0.9), 0.01, 0.1
ADAM = {"lr": LR, "beta1": BETAS[0], "beta2": BETAS[1], "eps": EPS}
RHO = {"lr": LR, "rho": 0.85, "eps": EPS}
RPROP = {"lr": LR, "shrink": 0.4, "grow": 1.3, "min_step": 0.002, "max_step": 0.1}

# Of each library: what has zeronet's form, and what has a form of its own.
TORCH = [  # the optimizer, its settings, what is called
    ("SGD", {"lr": LR}, "SGD(w, lr=0.05)"),
    ("Momentum", {"lr": LR, "momentum": 0.8}, "SGD(w, lr=0.05, momentum=0.8)"),
    ("Nesterov", {"lr": LR, "momentum": 0.8}, "SGD(w, lr=0.05, momentum=0.8, nesterov=True)"),
    ("AdaGrad", {"lr": LR, "eps": EPS}, "Adagrad(w, lr=0.05, eps=0.01)"),
    ("RMSProp", RHO, "RMSprop(w, lr=0.05, alpha=0.85, eps=0.01)"),
    ("CenteredRMSProp", RHO, "RMSprop(w, lr=0.05, alpha=0.85, eps=0.01, centered=True)"),
    ("RMSPropMomentum", {**RHO, "momentum": 0.8}, "RMSprop(w, lr=0.05, alpha=0.85, eps=0.01, momentum=0.8)"),
    ("AdaDelta", RHO, "Adadelta(w, lr=0.05, rho=0.85, eps=0.01)"),
    ("Rprop", RPROP, "Rprop(w, lr=0.05, etas=(0.4, 1.3), step_sizes=(0.002, 0.1))"),
    ("Adam", ADAM, "Adam(w, lr=0.05, betas=(0.8, 0.9), eps=0.01)"),
    ("AdamW", {**ADAM, "weight_decay": DECAY}, "AdamW(w, lr=0.05, betas=(0.8, 0.9), eps=0.01, weight_decay=0.1)"),
    ("AdaMax", ADAM, "Adamax(w, lr=0.05, betas=(0.8, 0.9), eps=0.01)"),
    ("RAdam", {**ADAM, "eps": 0.0}, "RAdam(w, lr=0.05, betas=(0.8, 0.9), eps=0)"),
]
TORCH_OWN = [
    ("NAdam", {**ADAM, "momentum_decay": 0.1}, "NAdam(w, lr=0.05, betas=(0.8, 0.9), eps=0.01, momentum_decay=0.1)"),
    ("AMSGrad", ADAM, "Adam(w, lr=0.05, betas=(0.8, 0.9), eps=0.01, amsgrad=True)"),
    ("RAdam", ADAM, "RAdam(w, lr=0.05, betas=(0.8, 0.9), eps=0.01)"),
    ("SGD", {"lr": LR, "weight_decay": DECAY, "maximize": True}, "SGD(w, lr=0.05, weight_decay=0.1, maximize=True)"),
    ("SGD", {"lr": LR, "momentum": 0.8, "dampening": 0.5}, "SGD(w, lr=0.05, momentum=0.8, dampening=0.5)"),
    (
        "SGD",
        {"lr": LR, "momentum": 0.8, "nesterov": True, "weight_decay": DECAY},
        "SGD(w, lr=0.05, momentum=0.8, nesterov=True, weight_decay=0.1)",
    ),
    (
        "AdaGrad",
        {"lr": LR, "eps": EPS, "start": 0.5, "lr_decay": 0.2},
        "Adagrad(w, lr=0.05, eps=0.01, initial_accumulator_value=0.5, lr_decay=0.2)",
    ),
    ("RMSProp", {**RHO, "momentum": 0.8}, "RMSprop(w, lr=0.05, alpha=0.85, eps=0.01, momentum=0.8)"),
    ("RMSProp", {**RHO, "centered": True}, "RMSprop(w, lr=0.05, alpha=0.85, eps=0.01, centered=True)"),
    (
        "RMSProp",
        {**RHO, "momentum": 0.8, "centered": True},
        "RMSprop(w, lr=0.05, alpha=0.85, eps=0.01, momentum=0.8, centered=True)",
    ),
    ("Adam", {**ADAM, "amsgrad": True}, "Adam(w, lr=0.05, betas=(0.8, 0.9), eps=0.01, amsgrad=True)"),
    (
        "AdamW",
        {**ADAM, "weight_decay": DECAY, "amsgrad": True},
        "AdamW(w, lr=0.05, betas=(0.8, 0.9), eps=0.01, weight_decay=0.1, amsgrad=True)",
    ),
    (
        "NAdam",
        {**ADAM, "weight_decay": DECAY, "decoupled_weight_decay": True},
        "NAdam(w, lr=0.05, betas=(0.8, 0.9), eps=0.01, weight_decay=0.1, decoupled_weight_decay=True)",
    ),
    (
        "Muon",
        {"lr": LR, "momentum": 0.8, "eps": EPS, "ns_steps": 4, "a": 3.4, "b": -4.7, "c": 2.0, "weight_decay": DECAY},
        "Muon(w, lr=0.05, momentum=0.8, eps=0.01, ns_steps=4, ns_coefficients=(3.4, -4.7, 2.0))",
    ),
]
OPTAX = [
    ("SGD", {"lr": LR}, "sgd(0.05)"),
    ("Momentum", {"lr": LR, "momentum": 0.8}, "sgd(0.05, 0.8)"),
    ("Nesterov", {"lr": LR, "momentum": 0.8}, "sgd(0.05, 0.8, nesterov=True)"),
    ("Adam", ADAM, "adam(0.05, 0.8, 0.9, 0.01)"),
    ("SignSGD", {"lr": LR}, "sign_sgd(0.05)"),
    ("AdamW", {**ADAM, "weight_decay": DECAY}, "adamw(0.05, 0.8, 0.9, 0.01, weight_decay=0.1)"),
    ("NAdam", ADAM, "nadam(0.05, 0.8, 0.9, 0.01)"),
    ("RAdam", ADAM, "radam(0.05, 0.8, 0.9, 0.01)"),
    ("AMSGrad", ADAM, "amsgrad(0.05, 0.8, 0.9, 0.01)"),
    ("AdaBelief", ADAM, "adabelief(0.05, 0.8, 0.9, eps=0.01, eps_root=0.01)"),
    (
        "Yogi",
        ADAM,
        "chain(scale_by_yogi(0.8, 0.9, 0.01, initial_accumulator_value=0), scale_by_learning_rate(0.05))",
    ),
    (
        "Lion",
        {"lr": LR, "beta1": BETAS[0], "beta2": BETAS[1], "weight_decay": DECAY},
        "lion(0.05, 0.8, 0.9, weight_decay=0.1)",
    ),
    (
        "Adan",
        {"lr": LR, "beta1": 0.8, "beta2": 0.5, "beta3": 0.9, "eps": EPS, "weight_decay": 0.0},
        "adan(0.05, 0.8, 0.5, 0.9, 0.01, eps_root=0)",
    ),
    ("ScheduleFreeSGD", {"lr": LR, "momentum": 0.8}, "contrib.schedule_free_sgd(0.05, b1=0.8)"),
    (
        "ScheduleFreeAdamW",
        {**ADAM, "weight_decay": DECAY},
        "contrib.schedule_free_adamw(0.05, None, 0.8, 0.9, 0.01, 0.1)",
    ),
]
OPTAX_OWN = [
    ("AdaGrad", {"lr": LR, "eps": EPS, "start": 0.5}, "adagrad(0.05, 0.5, 0.01)"),
    ("RMSProp", RHO, "rmsprop(0.05, 0.85, 0.01)"),
]
KERAS = [
    ("SGD", {"lr": LR}, "SGD(0.05)"),
    ("Momentum", {"lr": LR, "momentum": 0.8}, "SGD(0.05, 0.8)"),
    ("Nesterov", {"lr": LR, "momentum": 0.8}, "SGD(0.05, 0.8, nesterov=True)"),
]
KERAS_OWN = [
    ("AdaGrad", {"lr": LR, "eps": EPS, "start": 0.5}, "Adagrad(0.05, 0.5, 0.01)"),
    ("RMSProp", RHO, "RMSprop(0.05, 0.85, epsilon=0.01)"),
    ("Adam", ADAM, "Adam(0.05, 0.8, 0.9, 0.01)"),
    ("AdamW", {**ADAM, "weight_decay": DECAY}, "AdamW(0.05, 0.1, 0.8, 0.9, 0.01)"),
    ("NAdam", ADAM, "Nadam(0.05, 0.8, 0.9, 0.01)"),
    ("AMSGrad", ADAM, "Adam(0.05, 0.8, 0.9, 0.01, amsgrad=True)"),
]


def torch_path(call, start, gradients):
    import torch

    torch.Tensor.bfloat16 = torch.Tensor.clone  # else Muon computes with three digits
    turned = np.transpose if call.startswith("Muon") else np.asarray  # it takes matrices as (outputs, inputs)
    w = torch.tensor(turned(start), requires_grad=True)
    optimizer = eval(call, {**vars(torch.optim), "w": [w]})
    path = []
    for g in gradients:
        w.grad = torch.tensor(turned(g))
        optimizer.step()
        path.append(turned(w.detach().numpy()).tolist())
    return {"path": path}


def optax_path(call, start, gradients):
    import jax
    import optax
    import optax.contrib

    jax.config.update("jax_enable_x64", True)
    w = jax.numpy.array(start)
    optimizer = eval(call, {**vars(optax)})
    state, path = optimizer.init(w), []
    for g in gradients:
        change, state = optimizer.update(jax.numpy.array(g), state, w)
        w = optax.apply_updates(w, change)
        path.append(w.tolist())
    if "schedule_free" in call:
        return {"path": path, "evaluated at": optax.contrib.schedule_free_eval_params(state, w).tolist()}
    return {"path": path}


def keras_path(call, start, gradients):
    import keras

    w, path = keras.Variable(start, dtype="float64"), []
    optimizer = eval(call, {**vars(keras.optimizers)})
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [w])
        path.append(keras.ops.convert_to_numpy(w).tolist())
    return {"path": path}


def write(library, version, path_of, runs, own):
    """Write the file of one library, a row of numbers a line."""
    rng = np.random.default_rng(2024)
    start = rng.standard_normal(SHAPE)
    gradients = rng.standard_normal((UPDATES, *SHAPE)) * [0.1, 1, 10]
    about = {
        "library": library,
        "version": version,
        "numpy": np.__version__,
        "start": start.tolist(),
        "gradients": gradients.tolist(),
        "runs": [
            {
                "optimizer": kind,
                "own form": row in own,
                "settings": settings,
                "made by": call,
                **path_of(call, start, gradients),
            }
            for row in (*runs, *own)
            for kind, settings, call in (row,)
        ],
    }
    text = re.sub(r"\[\s+([^][{}]+?)\s+\]", lambda row: f"[{' '.join(row[1].split())}]", json.dumps(about, indent=1))
    file = Path(__file__).parent / f"{library}.json"
    file.write_text(text + "\n", encoding="utf-8")
    print(file, len(runs) + len(own), "runs")


def main():
    os.environ["KERAS_BACKEND"] = "torch"
    import keras
    import optax
    import torch

    torch.set_default_dtype(torch.float64)  # else NAdam keeps a product in 32 bits
    keras.backend.set_floatx("float64")
    write("pytorch", torch.__version__, torch_path, TORCH, TORCH_OWN)
    write("optax", optax.__version__, optax_path, OPTAX, OPTAX_OWN)
    write("keras", keras.__version__, keras_path, KERAS, KERAS_OWN)


if __name__ == "__main__":
    sys.modules["zeronet"] = None  # importing it would raise ImportError
    main()
