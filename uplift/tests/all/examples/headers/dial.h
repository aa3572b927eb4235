/* Statuses without an enum, and texts for them. */

/** A dial. */
typedef struct dial dial;

dial *dial_new(int value);
void dial_free(dial *self);
int dial_read(dial *self, int *value);
const char *dial_last_error(const dial *self);

/** Measures without a dial. */
int measure(int *value);
const char *dial_strerror(int status);
