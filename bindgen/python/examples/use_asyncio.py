"""A guest in a thread ends when its task does: by Ctrl-C, a timeout, or a cancel."""

import asyncio

from console import Console


async def main() -> None:
    """Print four gigabytes, in a thread."""
    with Console.load() as console:
        print("Ctrl-C ends it")
        await asyncio.to_thread(console.print_much, 2**32 - 1)


asyncio.run(main())
