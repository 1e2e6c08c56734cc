"""The laws of the test bench."""
