/*
 * scan.h - a look at serialised bytes before protobuf-c touches them
 *
 * protobuf-c accepts text that is not UTF-8, cuts text at an embedded NUL, and grows 1 MiB of empty
 * sub-messages to 68 MiB. So the bytes are walked first, against the same descriptors: form, depth,
 * memory, text. Stricter than protobuf itself in one point: a field that is not repeated may stand only once,
 * for readers disagree on which of two counts.
 */
#ifndef WIRE_SCAN_H
#define WIRE_SCAN_H

#include "wire/fault.h"

#include <protobuf-c/protobuf-c.h>

enum scan_result {
    SCAN_OK,
    SCAN_BAD_TEXT,  /* it decodes, but some text is not fit: see faults */
    SCAN_MALFORMED, /* it does not decode */
    SCAN_TOO_LARGE, /* unpacking would take more than the budget, or is nested too deep */
};

#define SCAN_DEPTH 8      /* levels of sub-messages; the schema needs 4 */
#define SCAN_PATH_SIZE 160

struct scan_wish {
    size_t budget;         /* bytes that unpacking may take */
    bool text;             /* look at text too */
    const char *path;      /* stands before every field path: "attachments[3]."; NULL: nothing */
    struct faults *faults; /* bad text is told here; NULL: nowhere */
};

enum scan_result scan_message(const ProtobufCMessageDescriptor *type, struct str bytes, const struct scan_wish *wish);

/* Content of the first length-delimited top-level field `number` that can be reached; empty when there is none. */
struct str scan_peek(struct str bytes, uint32_t number);

#endif
