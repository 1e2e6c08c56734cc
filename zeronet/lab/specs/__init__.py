"""Names and settings ↔ optimizers: what `rmsprop:lr=0.002` means."""
