"""The two-layer network of chapters 4 and 5 on MNIST: accuracy on training and test images, epoch by epoch.

    y = f(x W1 + b1) W2 + b2          784 – 50 – 10, f = sigmoid (ch. 4) or ReLU (ch. 5); SGD, η = 0.1, batch 100

Look at the two lines of each colour: solid is the accuracy on the 60,000 images that are trained on, dashed that on
the 10,000 others. They lie close together: what this network learns holds for new images, too. The ReLU is ahead from
the first epoch on: the sigmoid's derivative is at most 1/4, and with smaller gradients SGD takes smaller steps.
(Book, sections 4.5 and 5.7)
"""

from zeronet import SGD, Evaluation, Trainer, TwoLayerNet
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import CORAL, DASHED, NAVY, SOLID, Look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import curve_style, house_style
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate

COLOURS = {"ReLU": (NAVY, "o"), "sigmoid": (CORAL, "s")}
Rows = list[tuple[int, float, float]]


def main(steps: int = 10_000, data: str = "mnist") -> dict[str, dict[str, Rows]]:
    """Draw the accuracies, and return activation → images → rows (step, loss, accuracy)."""
    problem, rows = load_or_digits(data), {}
    epoch = max(1, min(len(problem.x_train) // 100, steps))
    for name in COLOURS:
        network = TwoLayerNet(problem.x_train.shape[1], 50, 10, activation=name.lower(), seed=0)
        train = Evaluation(problem.x_train, problem.t_train, every=epoch)
        test = Evaluation(problem.x_test, problem.t_test, every=epoch)
        Trainer(network, SGD(lr=0.1), 100, callbacks=[train, test]).fit(problem.x_train, problem.t_train, steps=steps)
        rows[name] = {"training": train.rows, "test": test.rows}
        print(f"{name}: {train.rows[-1][2]:.4f} of the training images, {test.rows[-1][2]:.4f} of the test images")
    with house_style():
        words = {"training": translate("training images"), "test": translate("test images")}
        lines = {"training": SOLID, "test": DASHED}
        looks = {(name, images): Look(*COLOURS[name], lines[images]) for name in rows for images in words}
        figure = new_page(
            3.6,
            translate(
                "Test images: with ReLU {relu:.1%} are right, with the sigmoid {sigmoid:.1%}",
                relu=rows["ReLU"]["test"][-1][2],
                sigmoid=rows["sigmoid"]["test"][-1][2],
            ),
            [translate("{data}, 50 hidden units, SGD, η = 0.1, batch 100, seed 0", data=problem.name)],
            entries={f"{name}, {words[images]}": look for (name, images), look in looks.items()},
        )
        axes = figure.subplots()
        for (name, images), look in looks.items():
            step, _, accuracy = zip(*rows[name][images], strict=True)
            axes.plot([k / epoch for k in step], accuracy, **curve_style(look))
        axes.set(xlim=(0, None), ylim=(0.75, 1), xlabel=translate("epoch"), ylabel=translate("accuracy"))
    finish(figure)
    return rows


if __name__ == "__main__":
    main()
