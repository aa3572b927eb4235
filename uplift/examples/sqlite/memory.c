/* What SQLite asks of the system, for a module that has none: no file exists,
 * no time is known, and nothing is random. Databases in memory need no more.
 * SQLITE_OS_OTHER leaves this to us: https://sqlite.org/vfs.html */

#include <string.h>

#include "sqlite3.h"

static int open_none(sqlite3_vfs *vfs, sqlite3_filename name, sqlite3_file *file,
                     int flags, int *out_flags) {
    file->pMethods = NULL;
    return SQLITE_CANTOPEN;
}

static int delete_none(sqlite3_vfs *vfs, const char *name, int sync) {
    return SQLITE_IOERR_DELETE_NOENT;
}

static int access_none(sqlite3_vfs *vfs, const char *name, int flags, int *result) {
    *result = 0;
    return SQLITE_OK;
}

static int full_pathname(sqlite3_vfs *vfs, const char *name, int room, char *out) {
    sqlite3_snprintf(room, out, "%s", name);
    return SQLITE_OK;
}

/* random() begins with the same numbers in each instance. */
static int randomness(sqlite3_vfs *vfs, int room, char *out) {
    memset(out, 0, room);
    return room;
}

static int no_sleep(sqlite3_vfs *vfs, int microseconds) { return 0; }

/* datetime('now') is null. */
static int no_time(sqlite3_vfs *vfs, double *now) {
    *now = 0;
    return SQLITE_ERROR;
}

static int no_last_error(sqlite3_vfs *vfs, int room, char *out) { return 0; }

int sqlite3_os_init(void) {
    static sqlite3_vfs vfs = {
        .iVersion = 1,
        .szOsFile = sizeof(sqlite3_file),
        .mxPathname = 512,
        .zName = "memory",
        .xOpen = open_none,
        .xDelete = delete_none,
        .xAccess = access_none,
        .xFullPathname = full_pathname,
        .xRandomness = randomness,
        .xSleep = no_sleep,
        .xCurrentTime = no_time,
        .xGetLastError = no_last_error,
    };
    return sqlite3_vfs_register(&vfs, 1);
}

int sqlite3_os_end(void) { return SQLITE_OK; }
