"""Tests of the runtime, by guests in WAT text and by the greeter."""
