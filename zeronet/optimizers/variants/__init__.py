"""The other optimizers: each file is one equation."""
