"""Pages for the browser: the explorer, whose rules and landscapes are traced from the Python code, and reports."""
