"""zlib as a component, side by side with the zlib that Python was built with."""

import random
import zlib

from zlib_wasm import Error, ErrorException, Zlib

chance = random.Random(5)
inputs = [b"", b"World", b"Hello, World\n" * 10_000, chance.randbytes(100_000)]

with Zlib.load() as world:
    codec = world.codec
    print("zlib", codec.version())
    for data in inputs:
        # Releases of zlib may compress differently; each undoes what the other did.
        packed = codec.compress(data)
        assert zlib.decompress(packed) == data
        assert codec.uncompress(zlib.compress(data)) == data
        assert codec.crc32(0, data) == zlib.crc32(data)
        print(f"{len(data):6} bytes, {len(packed):6} packed, CRC-32 {codec.crc32(0, data):08x}")
    try:
        codec.uncompress(b"no zlib stream")
    except ErrorException as error:
        assert error.value is Error.DATA
        print("refused:", error.value.value)
