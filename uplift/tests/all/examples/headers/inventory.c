#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "inventory.h"

struct item {
    char *name;
    struct position at;
};

struct inventory {
    uint32_t room, used;
    struct item *items;
};

inventory *inv_open(uint32_t room) {
    if (room == 0 || room > 1000) return NULL;
    inventory *inv = malloc(sizeof *inv);
    inv->room = room;
    inv->used = 0;
    inv->items = calloc(room, sizeof(struct item));
    return inv;
}

void inv_close(inventory *inv) {
    for (uint32_t i = 0; i < inv->used; i++) free(inv->items[i].name);
    free(inv->items);
    free(inv);
}

static struct item *look(inventory *inv, const char *name) {
    for (uint32_t i = 0; i < inv->used; i++)
        if (!strcmp(inv->items[i].name, name)) return &inv->items[i];
    return NULL;
}

inv_status inv_put(inventory *inv, const char *name, const struct position *at) {
    if (!*name) return INV_BAD_NAME;
    struct item *item = look(inv, name);
    if (!item) {
        if (inv->used == inv->room) return INV_FULL;
        item = &inv->items[inv->used++];
        item->name = strdup(name);
    }
    item->at = *at;
    return INV_OK;
}

inv_status inv_find(inventory *inv, const char *name, struct position *out) {
    struct item *item = look(inv, name);
    if (!item) return INV_NOT_FOUND;
    *out = item->at;
    return INV_OK;
}

char *inv_describe(inventory *inv, const char *name) {
    struct item *item = look(inv, name);
    if (!item) return NULL;
    size_t room = strlen(name) + 64;
    char *text = malloc(room);
    snprintf(text, room, "%s: shelf %d, height %g", name, item->at.shelf, item->at.height);
    return text;
}

void inv_free_text(char *text) { free(text); }

const char *inv_first(inventory *inv) { return inv->used ? inv->items[0].name : ""; }

const char *inv_strerror(inv_status status) {
    static const char *const texts[] = {"fine", "no such thing", "the store is full",
                                        "a thing needs a name"};
    return texts[status];
}

inv_status inv_list(inventory *inv, char *out, size_t *length) {
    size_t need = 0;
    for (uint32_t i = 0; i < inv->used; i++) need += strlen(inv->items[i].name) + 1;
    if (need > *length) return INV_FULL;
    for (uint32_t i = 0; i < inv->used; i++) {
        size_t size = strlen(inv->items[i].name);
        memcpy(out, inv->items[i].name, size);
        out += size;
        *out++ = '\n';
    }
    *length = need;
    return INV_OK;
}

uint32_t inv_checksum(const uint8_t *data, size_t data_len) {
    uint32_t sum = 0;
    while (data_len--) sum += *data++;
    return sum;
}

const char *inv_version(void) { return "1.2"; }

const char *inv_shout(const char *text) {
    char *copy = strdup(text);
    for (char *at = copy; *at; at++) *at = (char)toupper(*at);
    return copy;
}

char *inv_unit(void) {
    static char unit[] = "m";
    return unit;
}

struct position inv_shift(struct position by, int16_t shelves) {
    by.shelf += shelves;
    return by;
}

void inv_label(const struct label *before, struct label *out) {
    *out = *before;
    out->number++;
}

uint32_t inv_size(inventory *inv) { return inv->used; }

uint32_t inventory_size(inventory *inv) { return inv->used * sizeof(struct item); }
