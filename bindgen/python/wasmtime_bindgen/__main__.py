"""`python -m wasmtime_bindgen`."""

import sys

from .command import main

sys.exit(main())
