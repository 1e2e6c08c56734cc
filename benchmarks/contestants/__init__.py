"""Those who do the work: each module has contestant(task), which returns a function that does one epoch."""
