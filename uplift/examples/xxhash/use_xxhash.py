"""xxhash-wasm as a component, with the known answers of xxHash."""

from xxhash_wasm import Xxhash

TEXT = b"Nobody inspects the spammish repetition"

with Xxhash.load() as world:
    hashes = world.hashes
    for data, known32, known64 in [
        (b"", 0x02CC5D05, 0xEF46DB3751D8E999),
        (b"abc", 0x32D153FF, 0x44BC2CF5AD770999),
        (TEXT, 0xE2293B2F, 0xFBCEA83C8A378BF1),
    ]:
        assert hashes.xxh32(data, 0) == known32
        assert hashes.xxh64(data, 0) == known64
    with hashes.State64(0) as state:
        for word in TEXT.split(b" "):
            state.update(word + b" " if word != b"repetition" else word)
        assert state.digest() == hashes.xxh64(TEXT, 0)
        print(f"{state.digest():016x}")
