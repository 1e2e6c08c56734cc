"""A learner's own optimizer: nothing but update and lr."""


class Plain:
    def __init__(self, lr=1.0):
        self.lr = lr

    def update(self, params, grads):
        for name in params:
            params[name] = params[name] - self.lr * grads[name]
