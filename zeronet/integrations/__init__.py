"""zeronet inside other libraries: one file each."""
