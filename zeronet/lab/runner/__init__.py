"""From a plan to finished runs: plan, problem (data_problem, landscape_problem), run, folder, runs, resume."""
