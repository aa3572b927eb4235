"""The command line of the Python host: `python -m host_py`."""

import os
import sys

if __name__ == "__main__":
    try:
        # From its first line on, `main` answers to Ctrl-C itself.
        from .program import main
    except KeyboardInterrupt:
        try:
            os.write(2, b"interrupted\n")
        finally:
            os._exit(130)
    sys.exit(main())
