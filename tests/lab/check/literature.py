"""Right optimizers from the literature that zeronet does not have, in the plain dictionary form: no law may fail them.

Each follows its paper or its authors' code; a name with "ByPaper" or the like is a second form of the same method.
"""

import numpy as np


class Plain:
    """State arrays that are made when they are met: self.state[name][key]."""

    def zeros(self, name, key, like):
        return self.__dict__.setdefault("state", {}).setdefault(name, {}).setdefault(key, np.zeros_like(like))

    def keep(self, name, key, value):
        self.state[name][key] = value
        return value


class AdaBound(Plain):
    """Luo, Xiong, Liu and Sun, "Adaptive Gradient Methods with Dynamic Bound of Learning Rate", 2019; authors' code."""

    amsbound = False

    def __init__(self, lr=1e-3, betas=(0.9, 0.999), final_lr=0.1, gamma=1e-3, eps=1e-8):
        self.lr, self.betas, self.final_lr, self.gamma, self.eps = lr, betas, final_lr, gamma, eps
        self.t = 0

    def update(self, params, grads):
        self.t += 1
        t, (one, two) = self.t, self.betas
        step = self.lr * (1 - two**t) ** 0.5 / (1 - one**t)
        low, high = self.final_lr * (1 - 1 / (self.gamma * t + 1)), self.final_lr * (1 + 1 / (self.gamma * t))
        for k in params:
            m, v = self.zeros("m", k, params[k]), self.zeros("v", k, params[k])
            m = self.keep("m", k, one * m + (1 - one) * grads[k])
            v = self.keep("v", k, two * v + (1 - two) * grads[k] ** 2)
            if self.amsbound:
                v = self.keep("top", k, np.maximum(self.zeros("top", k, params[k]), v))
            params[k] -= np.clip(step / (np.sqrt(v) + self.eps), low, high) * m


class AMSBound(AdaBound):
    """The same paper."""

    amsbound = True


class AdaBoundByPaper(Plain):
    """Algorithm 2 of the same paper: no bias correction, η/√t."""

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, final_lr=0.1):
        self.lr, self.beta1, self.beta2, self.final_lr, self.t = lr, beta1, beta2, final_lr, 0

    def update(self, params, grads):
        self.t += 1
        t = self.t
        low = self.final_lr * (1 - 1 / ((1 - self.beta2) * t + 1))
        high = self.final_lr * (1 + 1 / ((1 - self.beta2) * t))
        for k in params:
            m, v = self.zeros("m", k, params[k]), self.zeros("v", k, params[k])
            m = self.keep("m", k, self.beta1 * m + (1 - self.beta1) * grads[k])
            v = self.keep("v", k, self.beta2 * v + (1 - self.beta2) * grads[k] ** 2)
            params[k] -= np.clip(self.lr / (np.sqrt(v) + 1e-12), low, high) / t**0.5 * m


class Padam(Plain):
    """Chen, Zhou, Tang, Yang, Cao and Gu, "Closing the Generalization Gap of Adaptive Gradient Methods", 2018."""

    def __init__(self, lr=0.1, beta1=0.9, beta2=0.999, partial=0.125, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.partial, self.eps, self.t = lr, beta1, beta2, partial, eps, 0

    def update(self, params, grads):
        self.t += 1
        step = self.lr * (1 - self.beta2**self.t) ** 0.5 / (1 - self.beta1**self.t)
        for k in params:
            m, v, top = (self.zeros(name, k, params[k]) for name in ("m", "v", "top"))
            m = self.keep("m", k, self.beta1 * m + (1 - self.beta1) * grads[k])
            v = self.keep("v", k, self.beta2 * v + (1 - self.beta2) * grads[k] ** 2)
            top = self.keep("top", k, np.maximum(top, v))
            params[k] -= step * m / (np.sqrt(top) + self.eps) ** (2 * self.partial)


class PadamByPaper(Plain):
    """Algorithm 1 of the same paper: no bias correction, no ε, p in the code."""

    def __init__(self, lr=0.1, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2 = lr, beta1, beta2

    def update(self, params, grads):
        for k in params:
            m, v, top = (self.zeros(name, k, params[k]) for name in ("m", "v", "top"))
            m = self.keep("m", k, self.beta1 * m + (1 - self.beta1) * grads[k])
            v = self.keep("v", k, self.beta2 * v + (1 - self.beta2) * grads[k] ** 2)
            top = self.keep("top", k, np.maximum(top, v))
            params[k] -= self.lr * m / (top + 1e-16) ** (1 / 8)


class AMSGradByPaper(Plain):
    """Reddi, Kale and Kumar, "On the Convergence of Adam and Beyond", 2018, Algorithm 2: no bias correction."""

    def __init__(self, alpha=0.001, beta1=0.9, beta2=0.999):
        self.alpha, self.beta1, self.beta2 = alpha, beta1, beta2

    def update(self, params, grads):
        for k in params:
            m, v, top = (self.zeros(name, k, params[k]) for name in ("m", "v", "top"))
            m = self.keep("m", k, self.beta1 * m + (1 - self.beta1) * grads[k])
            v = self.keep("v", k, self.beta2 * v + (1 - self.beta2) * grads[k] ** 2)
            top = self.keep("top", k, np.maximum(top, v))
            params[k] -= self.alpha * m / (np.sqrt(top) + 1e-8)


class QHAdam(Plain):
    """Ma and Yarats, "Quasi-hyperbolic Momentum and Adam for Deep Learning", 2019."""

    def __init__(self, lr=1e-3, betas=(0.995, 0.999), nus=(0.7, 1.0), eps=1e-8):
        self.lr, self.betas, self.nus, self.eps, self.t = lr, betas, nus, eps, 0

    def update(self, params, grads):
        self.t += 1
        (one, two), (nu1, nu2) = self.betas, self.nus
        for k in params:
            g = grads[k]
            m, v = self.zeros("m", k, params[k]), self.zeros("v", k, params[k])
            m = self.keep("m", k, one * m + (1 - one) * g)
            v = self.keep("v", k, two * v + (1 - two) * g**2)
            top = (1 - nu1) * g + nu1 * m / (1 - one**self.t)
            params[k] -= self.lr * top / (np.sqrt((1 - nu2) * g**2 + nu2 * v / (1 - two**self.t)) + self.eps)


class QHM(Plain):
    """The same paper: quasi-hyperbolic momentum."""

    def __init__(self, lr=1.0, beta=0.999, nu=0.7):
        self.lr, self.beta, self.nu = lr, beta, nu

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.beta * self.zeros("m", k, params[k]) + (1 - self.beta) * grads[k])
            params[k] -= self.lr * ((1 - self.nu) * grads[k] + self.nu * m)


class QHMWithMomentum(Plain):
    """The same, with the name momentum for β."""

    def __init__(self, lr=0.1, momentum=0.9, nu=0.7):
        self.lr, self.momentum, self.nu = lr, momentum, nu

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.momentum * self.zeros("m", k, params[k]) + (1 - self.momentum) * grads[k])
            params[k] -= self.lr * ((1 - self.nu) * grads[k] + self.nu * m)


class AggMo(Plain):
    """Lucas, Sun, Zemel and Grosse, "Aggregated Momentum: Stability Through Passive Damping", 2019."""

    def __init__(self, lr=0.1, betas=(0.0, 0.9, 0.99)):
        self.lr, self.betas = lr, betas

    def update(self, params, grads):
        for k in params:
            for i, beta in enumerate(self.betas):
                v = self.keep(f"v{i}", k, beta * self.zeros(f"v{i}", k, params[k]) - grads[k])
                params[k] += self.lr / len(self.betas) * v


class AggMoOfTwo(AggMo):
    """The same with two velocities: its betas are a pair, but not Adam's."""

    def __init__(self, lr=0.1, betas=(0.0, 0.9)):
        super().__init__(lr, betas)


class SWATS(Plain):
    """Keskar and Socher, "Improving Generalization Performance by Switching from Adam to SGD", 2017."""

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-9):
        self.lr, self.beta1, self.beta2, self.eps = lr, beta1, beta2, eps
        self.t, self.rate, self.phase = {}, {}, {}

    def update(self, params, grads):
        for k in params:
            t = self.t[k] = self.t.get(k, 0) + 1
            g = grads[k]
            if k in self.phase:
                m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + g)
                params[k] -= (1 - self.beta1) * self.phase[k] * m
                continue
            m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * self.zeros("v", k, g) + (1 - self.beta2) * g**2)
            p = -self.lr * (1 - self.beta2**t) ** 0.5 / (1 - self.beta1**t) * m / (np.sqrt(v) + self.eps)
            params[k] += p
            if pg := float(np.sum(p * g)):
                gamma = float(np.sum(p * p)) / -pg
                self.rate[k] = self.beta2 * self.rate.get(k, 0.0) + (1 - self.beta2) * gamma
                mean = self.rate[k] / (1 - self.beta2**t)
                if t > 1 and abs(mean - gamma) < self.eps and mean > 0:
                    self.phase[k], self.state["m"][k] = mean, np.zeros_like(g)


class Adai(Plain):
    """Xie, Wang, Zhang, Sato and Sugiyama, "Adaptive Inertia", 2022."""

    def __init__(self, lr=1.0, beta0=0.1, beta2=0.99, eps=1e-3):
        self.lr, self.beta0, self.beta2, self.eps, self.t = lr, beta0, beta2, eps, 0
        self.product = {}

    def update(self, params, grads):
        self.t += 1
        hats, total, size = {}, 0.0, 0
        for k in params:
            v = self.zeros("v", k, params[k])
            v = self.keep("v", k, self.beta2 * v + (1 - self.beta2) * grads[k] ** 2)
            hats[k] = v / (1 - self.beta2**self.t)
            total, size = total + float(np.sum(hats[k])), size + np.size(hats[k])
        mean = total / size or 1.0
        for k in params:
            beta1 = np.clip(1 - self.beta0 / mean * hats[k], 0, 1 - self.eps)
            m = self.keep("m", k, beta1 * self.zeros("m", k, params[k]) + (1 - beta1) * grads[k])
            self.product[k] = self.product.get(k, 1.0) * beta1
            params[k] -= self.lr * m / (1 - self.product[k])


class AdaMod(Plain):
    """Ding, Ren, Luo and Sun, "An Adaptive and Momental Bound Method for Stochastic Learning", 2019."""

    def __init__(self, lr=1e-3, betas=(0.9, 0.999), beta3=0.999, eps=1e-8):
        self.lr, self.betas, self.beta3, self.eps, self.t = lr, betas, beta3, eps, 0

    def update(self, params, grads):
        self.t += 1
        one, two = self.betas
        step = self.lr * (1 - two**self.t) ** 0.5 / (1 - one**self.t)
        for k in params:
            m, v, s = (self.zeros(name, k, params[k]) for name in ("m", "v", "s"))
            m = self.keep("m", k, one * m + (1 - one) * grads[k])
            v = self.keep("v", k, two * v + (1 - two) * grads[k] ** 2)
            rate = step / (np.sqrt(v) + self.eps)
            s = self.keep("s", k, self.beta3 * s + (1 - self.beta3) * rate)
            params[k] -= np.minimum(rate, s) * m


class MADGRAD(Plain):
    """Defazio and Jelassi, "Adaptivity without Compromise", 2021: the cube root of the sum of squares."""

    def __init__(self, lr=0.01, momentum=0.9, eps=1e-6):
        self.lr, self.momentum, self.eps, self.t, self.first = lr, momentum, eps, 0, {}

    def update(self, params, grads):
        rate = self.lr * (self.t + 1) ** 0.5
        self.t += 1
        for k in params:
            first = self.first.setdefault(k, params[k] + 0.0)
            h = self.keep("h", k, self.zeros("h", k, params[k]) + rate * grads[k] ** 2)
            s = self.keep("s", k, self.zeros("s", k, params[k]) + rate * grads[k])
            z = first - s / (np.cbrt(h) + self.eps)
            params[k] -= (1 - self.momentum) * (params[k] - z)


class DualAveraging(Plain):
    """Nesterov's dual averaging with AdaGrad's steps (Duchi, Hazan and Singer, 2011)."""

    def __init__(self, lr=0.01, eps=1e-10):
        self.lr, self.eps, self.first = lr, eps, {}

    def update(self, params, grads):
        for k in params:
            first = self.first.setdefault(k, params[k] + 0.0)
            h = self.keep("h", k, self.zeros("h", k, params[k]) + grads[k] ** 2)
            s = self.keep("s", k, self.zeros("s", k, params[k]) + grads[k])
            params[k] -= params[k] - (first - self.lr * s / (np.sqrt(h) + self.eps))


class Signum(Plain):
    """Bernstein, Wang, Azizzadenesheli and Anandkumar, "signSGD", 2018: the sign of a mean of gradients."""

    def __init__(self, lr=1e-3, momentum=0.9):
        self.lr, self.momentum = lr, momentum

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.momentum * self.zeros("m", k, params[k]) + (1 - self.momentum) * grads[k])
            params[k] -= self.lr * np.sign(m)


class SignWithMomentum(Plain):
    """Momentum over signs."""

    def __init__(self, lr=1e-3, momentum=0.9):
        self.lr, self.momentum = lr, momentum

    def update(self, params, grads):
        for k in params:
            v = self.keep("v", k, self.momentum * self.zeros("v", k, params[k]) - self.lr * np.sign(grads[k]))
            params[k] += v


class PowerSign(Plain):
    """Bello, Zoph, Vasudevan and Le, "Neural Optimizer Search with Reinforcement Learning", 2017: linear."""

    def __init__(self, lr=0.01, beta=0.9):
        self.lr, self.beta = lr, beta

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.beta * self.zeros("m", k, params[k]) + (1 - self.beta) * grads[k])
            params[k] -= self.lr * np.exp(np.sign(grads[k]) * np.sign(m)) * grads[k]


class AddSign(Plain):
    """The same paper."""

    def __init__(self, lr=0.01, beta=0.9):
        self.lr, self.beta = lr, beta

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.beta * self.zeros("m", k, params[k]) + (1 - self.beta) * grads[k])
            params[k] -= self.lr * (1 + np.sign(grads[k]) * np.sign(m)) * grads[k]


class CentralizedSGD(Plain):
    """Yong, Huang, Hua and Zhang, "Gradient Centralization", 2020: matrices lose the mean of their columns."""

    def __init__(self, lr=0.01, momentum=0.9):
        self.lr, self.momentum = lr, momentum

    def update(self, params, grads):
        for k in params:
            g = grads[k]
            if np.ndim(g) > 1:
                g = g - g.mean(axis=tuple(range(np.ndim(g) - 1)), keepdims=True)
            v = self.keep("v", k, self.momentum * self.zeros("v", k, g) - self.lr * g)
            params[k] += v


class CentralizedAdam(Plain):
    """The same before Adam."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k]
            if np.ndim(g) > 1:
                g = g - g.mean(axis=tuple(range(1, np.ndim(g))), keepdims=True)
            m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * self.zeros("v", k, g) + (1 - self.beta2) * g**2)
            rate = self.lr / (1 - self.beta1**self.t)
            params[k] -= rate * m / (np.sqrt(v / (1 - self.beta2**self.t)) + self.eps)


class CentralizedEverywhere(Plain):
    """Vectors too."""

    def __init__(self, lr=0.01):
        self.lr = lr

    def update(self, params, grads):
        for k in params:
            params[k] -= self.lr * (grads[k] - np.mean(grads[k]) * (np.size(grads[k]) > 1))


class Adafactor(Plain):
    """Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018; a given rate."""

    def __init__(self, lr=0.01, decay_rate=0.8, clip_threshold=1.0, eps=1e-30):
        self.lr, self.decay_rate, self.clip_threshold, self.eps = lr, decay_rate, clip_threshold, eps
        self.t, self.rows, self.columns, self.v = 0, {}, {}, {}

    def update(self, params, grads):
        self.t += 1
        beta = 1 - self.t**-self.decay_rate
        for k in params:
            g = grads[k]
            square = g**2 + self.eps
            if np.ndim(g) > 1:
                r = self.rows[k] = beta * self.rows.get(k, 0.0) + (1 - beta) * square.mean(axis=-1)
                c = self.columns[k] = beta * self.columns.get(k, 0.0) + (1 - beta) * square.mean(axis=-2)
                u = g / np.sqrt(r / r.mean(axis=-1, keepdims=True))[..., None] / np.sqrt(c)[..., None, :]
            else:
                v = self.v[k] = beta * self.v.get(k, 0.0) + (1 - beta) * square
                u = g / np.sqrt(v)
            u = u / max(1.0, float(np.sqrt(np.mean(u**2))) / self.clip_threshold)
            params[k] -= self.lr * u


class RelativeAdafactor(Adafactor):
    """The same with a step in proportion to the weights, and a rate that falls with √t."""

    def __init__(self, decay_rate=0.8, clip_threshold=1.0, eps2=1e-3):
        super().__init__(0.01, decay_rate, clip_threshold)
        self.eps2 = eps2

    def update(self, params, grads):
        before = {k: params[k] + 0.0 for k in params}
        self.lr = 1.0
        super().update(params, grads)
        rate = min(1e-2, (self.t + 1) ** -0.5)
        for k in params:
            scale = max(self.eps2, float(np.sqrt(np.mean(np.square(before[k])))))
            params[k] += (1 - rate * scale) * (before[k] - params[k])


class AdaGradNorm(Plain):
    """Ward, Wu and Bottou, "AdaGrad stepsizes", 2019: one step size for an array."""

    def __init__(self, lr=1.0, b0=0.1):
        self.lr, self.b0, self.b = lr, b0, {}

    def update(self, params, grads):
        for k in params:
            b = self.b[k] = self.b.get(k, self.b0**2) + float(np.sum(np.square(grads[k])))
            params[k] -= self.lr / b**0.5 * grads[k]


class NovoGrad(Plain):
    """Ginsburg and others, "Stochastic Gradient Methods with Layer-wise Adaptive Moments", 2019."""

    def __init__(self, lr=0.01, betas=(0.95, 0.98), eps=1e-8):
        self.lr, self.betas, self.eps, self.v = lr, betas, eps, {}

    def update(self, params, grads):
        one, two = self.betas
        for k in params:
            square = float(np.sum(np.square(grads[k])))
            v = self.v[k] = two * self.v[k] + (1 - two) * square if k in self.v else square
            m = self.keep("m", k, one * self.zeros("m", k, params[k]) + grads[k] / (v**0.5 + self.eps))
            params[k] -= self.lr * m


class SM3(Plain):
    """Anil, Gupta, Koren and Singer, "Memory-Efficient Adaptive Optimization", 2019: maxima of rows and columns."""

    def __init__(self, lr=0.1):
        self.lr, self.tops = lr, {}

    def update(self, params, grads):
        for k in params:
            g = np.asarray(grads[k])
            tops = self.tops.get(k) or [np.zeros(n) for n in g.shape]
            h = np.square(g)
            if tops:
                h = h + np.min(np.stack(np.broadcast_arrays(*np.ix_(*tops))), axis=0).astype(g.dtype)
                axes = range(g.ndim)
                self.tops[k] = [h.max(axis=tuple(a for a in axes if a != axis)) for axis in axes]
            else:
                h = self.tops.setdefault((k,), 0.0) + h
                self.tops[(k,)] = h
            step = self.lr * g / (np.sqrt(h) + 1e-30)
            params[k] -= step if np.ndim(grads[k]) else float(step)


class DiffGrad(Plain):
    """Dubey and others, "diffGrad", 2019: friction where the gradient does not change."""

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k] + 0.0
            m, v, last = (self.zeros(name, k, g) for name in ("m", "v", "last"))
            m = self.keep("m", k, self.beta1 * m + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * v + (1 - self.beta2) * g**2)
            friction = 1 / (1 + np.exp(-np.abs(last - g)))
            self.keep("last", k, g)
            step = self.lr * (1 - self.beta2**self.t) ** 0.5 / (1 - self.beta1**self.t)
            params[k] -= step * friction * m / (np.sqrt(v) + self.eps)


class AdamP(Plain):
    """Heo and others, "AdamP", 2021: without the part along the weights (here of every array)."""

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g, w = grads[k], params[k]
            m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * self.zeros("v", k, g) + (1 - self.beta2) * g**2)
            p = m / (1 - self.beta1**self.t) / (np.sqrt(v / (1 - self.beta2**self.t)) + self.eps)
            n = np.size(w)
            if n > 1:
                cosine = abs(float(np.sum(g * w))) / (float(np.linalg.norm(g) * np.linalg.norm(w)) + 1e-12)
                if cosine < 0.1 / n**0.5:
                    p = p - w * (float(np.sum(w * p)) / (float(np.sum(w * w)) + 1e-12))
            params[k] -= self.lr * p


class Sophia(Plain):
    """Liu and others, "Sophia", 2023, with the squared gradient for the Hessian's diagonal (Sophia-G)."""

    def __init__(self, lr=1e-3, betas=(0.965, 0.99), rho=0.04, every=10, eps=1e-15):
        self.lr, self.betas, self.rho, self.every, self.eps, self.t = lr, betas, rho, every, eps, 0

    def update(self, params, grads):
        one, two = self.betas
        for k in params:
            g = grads[k]
            m = self.keep("m", k, one * self.zeros("m", k, g) + (1 - one) * g)
            h = self.zeros("h", k, g)
            if self.t % self.every == 0:
                h = self.keep("h", k, two * h + (1 - two) * g**2)
            params[k] -= self.lr * np.sign(m) * np.minimum(np.abs(m) / (self.rho * 64 * h + self.eps), 1)
        self.t += 1


class Tiger(Plain):
    """Su, "Tiger: a Tight-fisted Optimizer", 2023."""

    def __init__(self, lr=1e-3, beta=0.965, weight_decay=0.01):
        self.lr, self.beta, self.weight_decay = lr, beta, weight_decay

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.beta * self.zeros("m", k, params[k]) + (1 - self.beta) * grads[k])
            params[k] -= self.lr * (np.sign(m) + self.weight_decay * params[k])


class AdEMAMix(Plain):
    """Pagliardini, Ablin and Grangier, "The AdEMAMix Optimizer", 2024; no schedules."""

    def __init__(self, lr=1e-3, betas=(0.9, 0.999, 0.9999), alpha=5.0, eps=1e-8):
        self.lr, self.betas, self.alpha, self.eps, self.t = lr, betas, alpha, eps, 0

    def update(self, params, grads):
        self.t += 1
        one, two, three = self.betas
        for k in params:
            g = grads[k]
            m = self.keep("m", k, one * self.zeros("m", k, g) + (1 - one) * g)
            slow = self.keep("slow", k, three * self.zeros("slow", k, g) + (1 - three) * g)
            v = self.keep("v", k, two * self.zeros("v", k, g) + (1 - two) * g**2)
            top = m / (1 - one**self.t) + self.alpha * slow
            params[k] -= self.lr * top / (np.sqrt(v / (1 - two**self.t)) + self.eps)


class AccSGD(Plain):
    """Kidambi, Netrapalli, Jain and Kakade, "On the Insufficiency of Existing Momentum Schemes", 2018."""

    def __init__(self, lr=0.01, kappa=1000.0, xi=10.0, small=0.7):
        self.lr, self.kappa, self.xi, self.small, self.slow = lr, kappa, xi, small, {}

    def update(self, params, grads):
        large, alpha = self.lr * self.kappa / self.small, 1 - self.small**2 * self.xi / self.kappa
        beta = 1 - alpha
        zeta = self.small / (self.small + beta)
        for k in params:
            slow = self.slow.get(k, params[k] + 0.0)
            slow = self.slow[k] = (1 / beta - 1) * beta * slow + beta * (params[k] - large * grads[k])
            params[k] += zeta * (params[k] - self.lr * grads[k]) + (1 - zeta) * slow - params[k]


class Lookahead(Plain):
    """Zhang, Lucas, Hinton and Ba, "Lookahead Optimizer: k steps forward, 1 step back", 2019, around Adam."""

    def __init__(self, lr=1e-3, k=5, alpha=0.5, beta1=0.9, beta2=0.999):
        self.lr, self.k, self.alpha, self.beta1, self.beta2, self.t, self.slow = lr, k, alpha, beta1, beta2, 0, {}

    def update(self, params, grads):
        self.t += 1
        for name in params:
            g = grads[name]
            slow = self.slow.setdefault(name, params[name] + 0.0)
            m = self.keep("m", name, self.beta1 * self.zeros("m", name, g) + (1 - self.beta1) * g)
            v = self.keep("v", name, self.beta2 * self.zeros("v", name, g) + (1 - self.beta2) * g**2)
            rate = self.lr / (1 - self.beta1**self.t)
            params[name] -= rate * m / (np.sqrt(v / (1 - self.beta2**self.t)) + 1e-8)
            if self.t % self.k == 0:
                slow = self.slow[name] = slow + self.alpha * (params[name] - slow)
                params[name] += slow - params[name]


class AdaShift(Plain):
    """Zhou and others, "AdaShift", 2019: v of the largest in an array of gradients that are n steps old."""

    def __init__(self, lr=0.01, beta2=0.999, n=10, eps=1e-10):
        self.lr, self.beta2, self.n, self.eps, self.t, self.old = lr, beta2, n, eps, 0, {}

    def update(self, params, grads):
        self.t += 1
        for k in params:
            old = self.old.setdefault(k, [])
            old.append(grads[k] + 0.0)
            if len(old) <= self.n:
                continue
            v = self.beta2 * self.zeros("v", k, params[k]) + (1 - self.beta2) * np.max(np.square(old.pop(0)))
            v = self.keep("v", k, v) / (1 - self.beta2 ** (self.t - self.n))
            params[k] -= self.lr * grads[k] / (np.sqrt(v) + self.eps)


class SGDW(Plain):
    """Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019, Algorithm 1."""

    def __init__(self, lr=0.01, momentum=0.9, weight_decay=1e-4):
        self.lr, self.momentum, self.weight_decay = lr, momentum, weight_decay

    def update(self, params, grads):
        for k in params:
            v = self.keep("v", k, self.momentum * self.zeros("v", k, params[k]) + self.lr * grads[k])
            params[k] -= v + self.weight_decay * params[k]


class NormalizedMomentum(Plain):
    """Cutkosky and Mehta, "Momentum Improves Normalized SGD", 2020: the length of all arrays together."""

    def __init__(self, lr=0.01, beta=0.9):
        self.lr, self.beta = lr, beta

    def update(self, params, grads):
        for k in params:
            self.keep("m", k, self.beta * self.zeros("m", k, params[k]) + (1 - self.beta) * grads[k])
        norm = sum(float(np.sum(np.square(self.state["m"][k]))) for k in params) ** 0.5
        for k in params:
            params[k] -= self.lr / (norm + 1e-12) * self.state["m"][k]


class ClippedMomentum(Plain):
    """Each element of the gradient clipped to [−1, 1]."""

    def __init__(self, lr=0.1, momentum=0.9):
        self.lr, self.momentum = lr, momentum

    def update(self, params, grads):
        for k in params:
            g = np.clip(grads[k], -1, 1)
            v = self.keep("v", k, self.momentum * self.zeros("v", k, params[k]) - self.lr * g)
            params[k] += v


class ClippedAdam(Plain):
    """Adam whose step is clipped too: 0.5 lr at most."""

    def __init__(self, lr=0.001, beta1=0.9, beta2=0.999):
        self.lr, self.beta1, self.beta2, self.t = lr, beta1, beta2, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = np.clip(grads[k], -0.5, 0.5)
            m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * self.zeros("v", k, g) + (1 - self.beta2) * g**2)
            rate = self.lr / (1 - self.beta1**self.t)
            params[k] -= rate * m / (np.sqrt(v / (1 - self.beta2**self.t)) + 1e-8)


class WarmRestarts(Plain):
    """Loshchilov and Hutter, "SGDR", 2017: a cosine that starts again."""

    def __init__(self, lr=0.05, momentum=0.9, period=200):
        self.lr, self.momentum, self.period, self.t = lr, momentum, period, 0

    def update(self, params, grads):
        rate = self.lr * (1 + float(np.cos(np.pi * (self.t % self.period) / self.period))) / 2
        self.t += 1
        for k in params:
            v = self.keep("v", k, self.momentum * self.zeros("v", k, params[k]) - rate * grads[k])
            params[k] += v


class Accumulated(Plain):
    """Gradients of 4 updates added up, and then one step."""

    def __init__(self, lr=0.1, every=4):
        self.lr, self.every, self.t = lr, every, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            total = self.keep("total", k, self.zeros("total", k, params[k]) + grads[k])
            if self.t % self.every == 0:
                params[k] -= self.lr / self.every * total
                self.keep("total", k, np.zeros_like(total))


class GrokFast(Plain):
    """Lee and others, "Grokfast", 2024: a slow mean of the gradients is added, before SGD."""

    def __init__(self, lr=0.01, alpha=0.98, lamb=2.0):
        self.lr, self.alpha, self.lamb = lr, alpha, lamb

    def update(self, params, grads):
        for k in params:
            m = self.keep("m", k, self.alpha * self.zeros("m", k, params[k]) + (1 - self.alpha) * grads[k])
            params[k] -= self.lr * (grads[k] + self.lamb * m)


class CautiousAdam(Plain):
    """Liang, Chen, Liu and Liu, "Cautious Optimizers", 2024: only where the step agrees with the gradient."""

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k]
            m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * self.zeros("v", k, g) + (1 - self.beta2) * g**2)
            u = m / (1 - self.beta1**self.t) / (np.sqrt(v / (1 - self.beta2**self.t)) + self.eps)
            mask = u * g > 0
            params[k] -= self.lr * u * mask / max(float(np.mean(mask)), 1e-3)


class AdaDeltaWithoutRate(Plain):
    """Zeiler, "ADADELTA", 2012: no learning rate."""

    def __init__(self, rho=0.95, eps=1e-6):
        self.rho, self.eps = rho, eps

    def update(self, params, grads):
        for k in params:
            h = self.keep("h", k, self.rho * self.zeros("h", k, params[k]) + (1 - self.rho) * grads[k] ** 2)
            u = self.zeros("u", k, params[k])
            step = np.sqrt(u + self.eps) / np.sqrt(h + self.eps) * grads[k]
            self.keep("u", k, self.rho * u + (1 - self.rho) * step**2)
            params[k] -= step


class AMSGradWithLargeEps(Plain):
    """AMSGrad of the corrected v with ε = 1e-3."""

    def __init__(self, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-3):
        self.lr, self.beta1, self.beta2, self.eps, self.t = lr, beta1, beta2, eps, 0

    def update(self, params, grads):
        self.t += 1
        for k in params:
            g = grads[k]
            m = self.keep("m", k, self.beta1 * self.zeros("m", k, g) + (1 - self.beta1) * g)
            v = self.keep("v", k, self.beta2 * self.zeros("v", k, g) + (1 - self.beta2) * g**2)
            top = self.keep("top", k, np.maximum(self.zeros("top", k, g), v / (1 - self.beta2**self.t)))
            params[k] -= self.lr / (1 - self.beta1**self.t) * m / (np.sqrt(top) + self.eps)


RIGHT = [kind for kind in Plain.__subclasses__() for kind in (kind, *kind.__subclasses__())]
