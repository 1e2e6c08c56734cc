"""What every folder may use: errors, files, text, validation. It knows nothing of networks."""
