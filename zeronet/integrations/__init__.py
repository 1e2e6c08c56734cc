"""zeronet inside other libraries, such as scikit-learn."""
