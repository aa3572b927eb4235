/* Structs of all kinds, for drafts from a header and from DWARF. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** A place in the plane. */
typedef struct point {
    double x; /**< To the right. */
    double y;
} point;

enum shape_color { COLOR_RED, COLOR_GREEN };

struct box {
    point low, high;
    enum shape_color color;
    bool filled;
    uint8_t corners[4];
    struct {
        int16_t left, right;
    } margin;
    struct {
        uint16_t depth;
    };
};

struct person {
    const char *name;
    uint16_t age;
    point home;
    const uint8_t *data;
    size_t data_len;
};

struct report {
    uint32_t size;
    char *text;
};

struct bits { unsigned low : 3, high : 5; };
struct either { int kind; union { int number; float real; } value; };
struct tail { int length; char bytes[]; };
struct __attribute__((packed)) tight { char letter; int number; };
struct visitor { int (*visit)(int); void *context; };
struct node { int value; struct node *next; };
struct long_name { char name[64]; };
struct only { double value; };
struct opaque;

int shapes_setup(void);

/** The area inside of the corners. */
double shape_area(const point *corners, size_t corners_len);
void shape_bounds(const point *corners, size_t count, struct box *out);
int shape_grid(point *points, int pointsCapacity);
const struct box *shape_unit(void);
point point_move(point by, double factor);
struct person person_twin(struct person of);
int person_describe(const struct person *who, char *buffer, int bufferSize);
/** \param[in,out] box what grows */
void box_grow(struct box *box, double by);
/**
 * \param[in,out] count what is counted
 * \param[out] last what it was
 */
void count_up(int *count, int *last);
int people_all(struct person **people, size_t *count);
struct report *report_make(const char *text);
void report_free(struct report *report);

int bits_get(const struct bits *bits);
int either_get(const struct either *either);
int tail_get(const struct tail *tail);
int tight_get(const struct tight *tight);
int visitor_get(const struct visitor *visitor);
int node_get(const struct node *node);
int long_name_get(const struct long_name *name);
double only_get(struct only only);
int opaque_get(const struct opaque *opaque);
