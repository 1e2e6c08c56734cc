"""The laboratory: what describes, runs, compares and draws; the reading part does not know of it.

What happens on `python train.py`:

    cli/train.py                    parse the options
    cli/request.py                  which kind of experiment, on which problem
    lab/comparison/planning.py      options → Plan: problem, network, optimizers (lab/specs), seeds, steps
    lab/comparison/run.py           hold the folder, run the plan, publish files and figure (lab/runner/experiment.py)
    lab/runner/execution/           the runs side by side, in processes or on a cluster
    lab/runner/run.py               one run, and how it ended
    lab/runner/data_problem.py      build its network and optimizer, train them (zeronet/training)
    lab/runner/runs.py              each finished run is a file
    lab/comparison/table.py, files.py, figure.py     what the runs say, as a table, as files, as a figure

web/ has the pages for the browser: the explorer, and what a comparison's --html is made of.

A new kind of experiment is a folder beside comparison/ with these files, and a line in cli/request.py, cli/train.py and
cli/plot.py.
"""
