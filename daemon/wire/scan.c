/*
 * scan.c - serialised bytes walked against their descriptor
 */
#include "wire/scan.h"

#include "base/fold.h"

#include <assert.h>
#include <stdio.h>

enum { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_LEN = 2, WIRE_32 = 5 };
enum { FIELDS_MAX = 32, NUMBER_MAX = 0x1fffffff };

/* What protobuf-c allocates beside the content: its note of each field (twice, as its lists double), a
 * pointer in an array, a note of an unknown field, rounding. */
enum { COST_FIELD = 80, COST_UNKNOWN = 64, COST_ROUND = 16 };

struct wire_field {
    uint32_t number;
    unsigned type;
    struct str data; /* WIRE_LEN: the content */
    size_t size;     /* bytes of the value on the wire */
};

struct walk {
    const struct scan_wish *wish;
    size_t cost;
    bool bad_text;
    int depth;
    char path[SCAN_PATH_SIZE];
    size_t path_n;
};

static bool take_varint(struct str *in, uint64_t *out)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 10 && i < in->n; i++) {
        unsigned char c = (unsigned char)in->p[i];
        v |= (uint64_t)(c & 0x7f) << (7 * i);
        if (!(c & 0x80)) {
            in->p += i + 1;
            in->n -= i + 1;
            *out = v;
            return true;
        }
    }
    return false;
}

static bool take_bytes(struct str *in, uint64_t n, struct str *out)
{
    if (n > in->n)
        return false;
    *out = (struct str){in->p, (size_t)n};
    in->p += n;
    in->n -= (size_t)n;
    return true;
}

static bool take_field(struct str *in, struct wire_field *f)
{
    uint64_t key, v;
    if (!take_varint(in, &key) || key >> 3 == 0 || key >> 3 > NUMBER_MAX)
        return false;
    f->number = (uint32_t)(key >> 3);
    f->type = key & 7;
    f->data = (struct str){NULL, 0};
    size_t before = in->n;
    bool ok = false;
    switch (f->type) {
    case WIRE_VARINT:
        ok = take_varint(in, &v);
        break;
    case WIRE_64:
        ok = take_bytes(in, 8, &f->data);
        break;
    case WIRE_32:
        ok = take_bytes(in, 4, &f->data);
        break;
    case WIRE_LEN:
        ok = take_varint(in, &v) && take_bytes(in, v, &f->data);
        break;
    default: /* groups are not of proto3 */
        break;
    }
    f->size = before - in->n;
    return ok;
}

static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *type, uint32_t number)
{
    for (unsigned i = 0; i < type->n_fields; i++) {
        if (type->fields[i].id == number)
            return &type->fields[i];
    }
    return NULL;
}

static unsigned wire_type_of(const ProtobufCFieldDescriptor *d)
{
    switch (d->type) {
    case PROTOBUF_C_TYPE_STRING:
    case PROTOBUF_C_TYPE_BYTES:
    case PROTOBUF_C_TYPE_MESSAGE:
        return WIRE_LEN;
    case PROTOBUF_C_TYPE_FIXED32:
    case PROTOBUF_C_TYPE_SFIXED32:
    case PROTOBUF_C_TYPE_FLOAT:
        return WIRE_32;
    case PROTOBUF_C_TYPE_FIXED64:
    case PROTOBUF_C_TYPE_SFIXED64:
    case PROTOBUF_C_TYPE_DOUBLE:
        return WIRE_64;
    default:
        return WIRE_VARINT;
    }
}

/* Free text may have line breaks; names, codes and numbers may not. */
static bool has_lines(const char *name)
{
    static const char *const names[] = {"summary",      "text",  "text_zh", "reason", "undisputed_facts",
                                        "cost_conduct", "facts", "words",   "error",  "cells"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!strcmp(name, names[i]))
            return true;
    }
    return false;
}

/* request_id has a stricter check of its own. */
static bool has_text(const struct walk *w, const ProtobufCFieldDescriptor *d)
{
    return w->wish->text && d->type == PROTOBUF_C_TYPE_STRING && strcmp(d->name, "request_id") != 0;
}

static void look_at_text(struct walk *w, const char *name, struct str s)
{
    static const enum fault_code codes[] = {[TEXT_BAD_UTF8] = FAULT_BAD_UTF8,
                                            [TEXT_NUL] = FAULT_NUL_IN_TEXT,
                                            [TEXT_CONTROL] = FAULT_CONTROL_IN_TEXT};
    enum text_fault t = text_check(s, has_lines(name));
    if (t == TEXT_OK)
        return;
    w->bad_text = true;
    if (w->wish->faults)
        fault_add(w->wish->faults, codes[t], "%s", w->path);
}

/* Adds a name to the path; returns its former length, for path_leave(). */
static size_t path_enter(struct walk *w, const ProtobufCFieldDescriptor *d, uint32_t index)
{
    size_t before = w->path_n, room = sizeof(w->path) - before;
    if (d->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) /* the body of an envelope: paths start inside */
        return before;
    const char *dot = before && w->path[before - 1] != '.' ? "." : "";
    int n = d->label == PROTOBUF_C_LABEL_REPEATED
                ? snprintf(w->path + before, room, "%s%s[%u]", dot, d->name, index)
                : snprintf(w->path + before, room, "%s%s", dot, d->name);
    w->path_n += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
    return before;
}

static void path_leave(struct walk *w, size_t before)
{
    w->path_n = before;
    w->path[before] = 0;
}

static enum scan_result walk_message(struct walk *w, const ProtobufCMessageDescriptor *type, struct str in);

static enum scan_result walk_known(struct walk *w, const ProtobufCFieldDescriptor *d,
                                   const struct wire_field *f, uint32_t index)
{
    enum scan_result r = SCAN_OK;
    if (d->type != PROTOBUF_C_TYPE_MESSAGE && !has_text(w, d))
        return SCAN_OK;
    size_t before = path_enter(w, d, index);
    if (d->type == PROTOBUF_C_TYPE_MESSAGE)
        r = walk_message(w, d->descriptor, f->data);
    else
        look_at_text(w, d->name, f->data);
    path_leave(w, before);
    return r;
}

/* What unpacking this field takes, sub-messages apart. */
static size_t cost_of(const ProtobufCFieldDescriptor *d, const struct wire_field *f)
{
    size_t content = f->data.n;
    if (!d)
        return COST_FIELD + COST_UNKNOWN + f->size;
    if (d->type == PROTOBUF_C_TYPE_MESSAGE)
        content = 0; /* counted inside */
    else if (wire_type_of(d) != WIRE_LEN)
        content = content * 8; /* packed: each byte may become a whole number */
    return COST_FIELD + COST_ROUND + content;
}

static enum scan_result walk_fields(struct walk *w, const ProtobufCMessageDescriptor *type, struct str in)
{
    uint32_t seen[FIELDS_MAX] = {0};
    bool oneof_seen = false;
    enum scan_result r = SCAN_OK;
    while (in.n && r == SCAN_OK) {
        struct wire_field f;
        if (!take_field(&in, &f))
            return SCAN_MALFORMED;
        const ProtobufCFieldDescriptor *d = field_of(type, f.number);
        w->cost += cost_of(d, &f);
        if (w->cost > w->wish->budget)
            return SCAN_TOO_LARGE;
        if (!d)
            continue;
        bool repeated = d->label == PROTOBUF_C_LABEL_REPEATED;
        if (f.type != wire_type_of(d) && !(repeated && f.type == WIRE_LEN))
            return SCAN_MALFORMED;
        uint32_t index = seen[d - type->fields]++;
        if (d->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
            if (oneof_seen)
                return SCAN_MALFORMED;
            oneof_seen = true;
        }
        if (index && !repeated)
            return SCAN_MALFORMED;
        r = walk_known(w, d, &f, index);
    }
    return r;
}

static enum scan_result walk_message(struct walk *w, const ProtobufCMessageDescriptor *type, struct str in)
{
    assert(type->n_fields <= FIELDS_MAX);
    if (w->depth >= SCAN_DEPTH)
        return SCAN_TOO_LARGE;
    w->cost += type->sizeof_message + COST_ROUND;
    if (w->cost > w->wish->budget)
        return SCAN_TOO_LARGE;
    w->depth++;
    enum scan_result r = walk_fields(w, type, in);
    w->depth--;
    return r;
}

enum scan_result scan_message(const ProtobufCMessageDescriptor *type, struct str bytes,
                              const struct scan_wish *wish)
{
    struct walk w = {.wish = wish};
    if (wish->path) {
        int n = snprintf(w.path, sizeof(w.path), "%s", wish->path);
        w.path_n = n < 0 ? 0 : (size_t)n < sizeof(w.path) ? (size_t)n : sizeof(w.path) - 1;
    }
    enum scan_result r = walk_message(&w, type, bytes);
    return r == SCAN_OK && w.bad_text ? SCAN_BAD_TEXT : r;
}

struct str scan_peek(struct str bytes, uint32_t number)
{
    struct wire_field f;
    while (bytes.n && take_field(&bytes, &f)) {
        if (f.number == number && f.type == WIRE_LEN)
            return f.data;
    }
    return (struct str){NULL, 0};
}
