"""The Python host of the greeter."""
