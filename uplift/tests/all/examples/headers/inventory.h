/* A library with texts of all owners, a handle and statuses. */
#ifndef INVENTORY_H
#define INVENTORY_H
#include <stddef.h>
#include <stdint.h>

/** Where a thing lies. */
struct position { int16_t shelf; double height; };

/** What is written on a thing. */
struct label { char text[24]; char code[2]; uint16_t number; };

/** What a call can end with. */
typedef enum { INV_OK = 0, INV_NOT_FOUND = 1, INV_FULL = 2, INV_BAD_NAME = 3 } inv_status;

/** A store of things. */
typedef struct inventory inventory;

/** Makes a store with room for `room` things. */
inventory *inv_open(uint32_t room);
/** Ends a store. */
void inv_close(inventory *inv);
/** Puts a thing at a position. */
inv_status inv_put(inventory *inv, const char *name, const struct position *at);
/** Finds where a thing lies. */
inv_status inv_find(inventory *inv, const char *name, struct position *out);
/** Describes a thing. */
char *inv_describe(inventory *inv, const char *name);
void inv_free_text(char *text);
/** The name of the first thing. */
const char *inv_first(inventory *inv);
/** The text of a status. */
const char *inv_strerror(inv_status status);
/** Writes all names, one a line, into out; *length is the room, then what was written. */
inv_status inv_list(inventory *inv, char *out, size_t *length);
/** Sum of the bytes. */
uint32_t inv_checksum(const uint8_t *data, size_t data_len);
/** Version. */
const char *inv_version(void);
/** In capitals. The caller must free the result. */
const char *inv_shout(const char *text);
/** The unit of heights; it must not be changed or freed. */
char *inv_unit(void);
/** Moves a position. */
struct position inv_shift(struct position by, int16_t shelves);
/** The next label. */
void inv_label(const struct label *before, struct label *out);
/** How many things there are. */
uint32_t inv_size(inventory *inv);
/** The same in bytes. */
uint32_t inventory_size(inventory *inv);
#endif
