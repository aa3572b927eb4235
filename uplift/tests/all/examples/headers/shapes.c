#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "shapes.h"

__attribute__((import_module("env"), import_name("shape_log"))) void shape_log(int what);

static bool ready;

int shapes_setup(void) {
    ready = true;
    return 0;
}

double shape_area(const point *corners, size_t corners_len) {
    if (!ready) shape_log(1);
    double sum = 0;
    for (size_t at = 0; at < corners_len; at++) {
        const point *a = &corners[at], *b = &corners[(at + 1) % corners_len];
        sum += a->x * b->y - b->x * a->y;
    }
    return sum / 2;
}

void shape_bounds(const point *corners, size_t count, struct box *out) {
    memset(out, 0, sizeof *out);
    out->low = out->high = corners[0];
    for (size_t at = 1; at < count; at++) {
        point it = corners[at];
        if (it.x < out->low.x) out->low.x = it.x;
        if (it.y < out->low.y) out->low.y = it.y;
        if (it.x > out->high.x) out->high.x = it.x;
        if (it.y > out->high.y) out->high.y = it.y;
    }
    out->color = COLOR_GREEN;
    out->filled = true;
    memcpy(out->corners, "\1\2\3\4", 4);
    out->margin.left = -1;
    out->margin.right = 300;
    out->depth = 60000;
}

int shape_grid(point *points, int pointsCapacity) {
    for (int at = 0; at < pointsCapacity && at < 3; at++) points[at] = (point){at, -at};
    return pointsCapacity < 3 ? pointsCapacity : 3;
}

const struct box *shape_unit(void) {
    static const struct box unit = {.high = {1, 1}, .corners = {9, 8, 7, 6}, .depth = 5};
    return &unit;
}

point point_move(point by, double factor) { return (point){by.x * factor, by.y * factor}; }

struct person person_twin(struct person of) {
    of.age++;
    return of;
}

int person_describe(const struct person *who, char *buffer, int bufferSize) {
    return snprintf(buffer, bufferSize, "%s, %d, at %g %g, %d bytes", who->name, who->age,
                    who->home.x, who->home.y, (int)who->data_len);
}

void box_grow(struct box *box, double by) {
    box->high.x += by;
    box->margin.right++;
    box->depth++;
}

void count_up(int *count, int *last) {
    *last = *count;
    ++*count;
}

int people_all(struct person **people, size_t *count) {
    static struct person all[] = {{"Ada", 36, {1, 2}, (const uint8_t *)"\5", 1},
                                  {"Grace", 85, {3, 4}, NULL, 0}};
    *people = all;
    *count = 2;
    return 0;
}

struct report *report_make(const char *text) {
    struct report *report = malloc(sizeof *report);
    report->size = (uint32_t)strlen(text);
    report->text = strdup(text);
    return report;
}

void report_free(struct report *report) {
    free(report->text);
    free(report);
}

int bits_get(const struct bits *bits) { return bits->low; }
int either_get(const struct either *either) { return either->kind; }
int tail_get(const struct tail *tail) { return tail->length; }
int tight_get(const struct tight *tight) { return tight->number; }
int visitor_get(const struct visitor *visitor) { return visitor->visit(1); }
int node_get(const struct node *node) { return node->value; }
int long_name_get(const struct long_name *name) { return name->name[0]; }
double only_get(struct only only) { return only.value; }
int opaque_get(const struct opaque *opaque) { return opaque != NULL; }
