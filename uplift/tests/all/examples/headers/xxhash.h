#include <stddef.h>
#include <stdint.h>

/** The state of a hash of 64 bits. */
typedef struct {
    uint64_t length;
    uint64_t accumulators[4];
    uint8_t buffer[32];
    uint64_t seed;
    uint64_t buffered;
} state64;

/** Hashes data at once. */
uint32_t xxh32(const void *data, size_t length, uint32_t seed);
uint64_t xxh64(const void *data, size_t length, uint64_t seed);
void init64(state64 *state, uint64_t seed);
/** Goes on with more data.
 *  @param data the next piece */
void update64(state64 *state, const void *data, size_t length);
uint64_t digest64(const state64 *state);
