/* A header with much of what headers have; the module is a stand-in. */
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define STORE_API extern __attribute__((visibility("default")))

/** Where things are kept. */
typedef struct store store;

/** Goes through what a store keeps. */
typedef struct cursor cursor;

/** What can go wrong. */
enum store_status {
    STORE_OK = 0,
    STORE_NOT_FOUND = -1, /**< Nothing has that key. */
    STORE_FULL = -7,
};

typedef enum { KIND_TEXT, KIND_BYTES } kind;
typedef struct { int x, y; } point;
typedef int (*visitor)(const char *key, void *context);

/// Opens a store.
///
/// \param name where it is
/// \returns the store, or NULL
STORE_API store *store_open(const char *name);
STORE_API void store_close(store *self);
/** Keeps a value; keys are unique. */
STORE_API enum store_status store_put(store *self, const char *key, const uint8_t *value, size_t length, kind list);
STORE_API enum store_status store_get(store *self, const char *key, uint8_t **value, size_t *length);
STORE_API void store_free_bytes(void *bytes);
STORE_API int store_read(store *self, char *buffer, int bufferSize);
/** Finds a store, which the caller has to close. */
STORE_API enum store_status store_find(const char *name, store **out);
STORE_API void store_digest(const store *self, uint8_t out[16]);
STORE_API void store_size(store *self, uint64_t *bytes, int *entries);
STORE_API const char *store_version(void);
STORE_API double average(const double *values, size_t n);
STORE_API bool is_open(const store *self);
STORE_API int store_log(store *self, const char *format, ...);
STORE_API int store_visit(store *self, visitor visit, void *context);
STORE_API point store_move(point by);
STORE_API FILE *store_file(store *self);
STORE_API cursor *store_scan(store *self);
STORE_API void cursor_close(cursor *self);
STORE_API int cursor_next(cursor *self);
STORE_API store *cursor_store(cursor *self);
STORE_API store *cursor_parent_store(cursor *self);
STORE_API int use(int string, unsigned char record);
