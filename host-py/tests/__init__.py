"""The tests of the Python host."""
