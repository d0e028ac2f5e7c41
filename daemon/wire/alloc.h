/*
 * alloc.h - protobuf-c in an arena: unpacking within a budget, packing into it
 *
 * protobuf-c gives back nothing while it unpacks here; the arena frees all at once. The budget is its
 * own, below that of the arena, so that one hostile message does not spoil the arena for its neighbours.
 */
#ifndef WIRE_ALLOC_H
#define WIRE_ALLOC_H

#include "base/arena.h"

#include <protobuf-c/protobuf-c.h>

struct wire_alloc {
    ProtobufCAllocator base; /* points back here */
    struct arena *arena;
    size_t left; /* bytes still to be given out */
};

/* `w` must stay where it is as long as it is used. */
void wire_alloc_init(struct wire_alloc *w, struct arena *a, size_t budget);

/* The message unpacked into `a`, taking at most `budget` bytes; NULL when it does not decode or is past it. */
void *wire_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct str bytes, size_t budget);
/* The message serialised; .p NULL when the arena is past its budget, or was before. */
struct str wire_pack(struct arena *a, const void *message);

/* As protobuf-c wants it: a C string, copied into `a`; never NULL. */
char *wire_z(struct arena *a, struct str s);
/* An array of such C strings; NULL when `n` is 0 or past the budget (the arena then says so). */
char **wire_z_list(struct arena *a, const struct str *items, int n);
/* Borrowed views. */
ProtobufCBinaryData wire_bin(struct str s);
struct str wire_bytes(ProtobufCBinaryData b);
/* `n` C strings as strs that point to them; .p NULL past the budget. */
struct str *wire_str_list(struct arena *a, char *const *items, size_t n);

#endif
