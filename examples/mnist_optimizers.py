"""The book's comparison on MNIST, made fair: SGD, Momentum, AdaGrad and Adam.

    784 – 100 – 100 – 100 – 100 – 10, ReLU, He's first weights, softmax and cross-entropy; batch 128

Look at the order of the lines, and at how close the lower three are. The book draws one run of each, from a different
random network every time. Here all four start from the same network and meet the same batches, three times (seeds 0,
1, 2): the line is the smoothed median, the band goes from the least to the greatest loss of the three. SGD at 0.01 is
last because this learning rate is small for it, not because SGD is bad: `python train.py --optimizer sgd:lr=0.5` shows
it on a smaller network.
Each optimizer has the one learning rate of the book: this compares these settings, not the optimizers as such.
(Book, figure 6-9)
"""

import numpy as np

from zeronet import SGD, AdaGrad, Adam, Momentum, compare
from zeronet.lab.plots import finish
from zeronet.lab.plots.looks import look
from zeronet.lab.plots.page import new_page
from zeronet.lab.plots.style import band_style, curve_style, house_style
from zeronet.lab.runner.analysis.curves import over_seeds, smoothed, smoothing_window
from zeronet.lab.runner.problem import load_or_digits
from zeronet.locale import translate


def main(steps: int = 2000, data: str = "mnist") -> dict[str, dict[int, np.ndarray]]:
    """Draw the training losses, and return them: optimizer → seed → loss of each step."""
    problem = load_or_digits(data)
    optimizers = [SGD(lr=0.01), Momentum(lr=0.01), AdaGrad(lr=0.01), Adam(lr=0.001)]
    result = compare(problem, optimizers, hidden_sizes=(100, 100, 100, 100), steps=steps, seeds=3)
    print(result.table)
    with house_style():
        last = {
            name: np.median([run[-100:].mean() for run in runs.values()]) for name, runs in result.histories.items()
        }
        figure = new_page(
            3.9,
            translate(
                "{name} ended lowest: training loss {loss:.3g}, median of 3",
                name=min(last, key=last.__getitem__),
                loss=min(last.values()),
            ),
            [
                translate(
                    "{data}: same networks, same batches, seeds 0, 1, 2; one learning rate each, not tuned",
                    data=problem.name,
                ),
                translate("lines: medians of the seeds, smoothed · pale: their range"),
            ],
            entries={name: look(name) for name in result.histories},
        )
        axes = figure.subplots()
        for name, runs in result.histories.items():
            median, low, high = (smoothed(line, smoothing_window(steps)) for line in over_seeds(list(runs.values())))
            every = max(1, steps // 20)  # the book marks every hundredth step
            axes.plot(median, **curve_style(look(name)), markevery=every)
            axes.fill_between(range(len(low)), low, high, **band_style(look(name)))
        axes.set(xlim=(0, steps), ylim=(0, 1), xlabel=translate("update"), ylabel=translate("training loss"))
    finish(figure)
    return result.histories


if __name__ == "__main__":
    main()
