"""From a plan to finished runs: plan, problem, run, folder, runs, resume."""
