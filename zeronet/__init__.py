"""zeronet."""
