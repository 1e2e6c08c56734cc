"""Judges of the promises on reliability: random command lines, damaged files, killed commands. See CONTRIBUTING.md."""
