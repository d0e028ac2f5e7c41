/*
 * alloc.c - protobuf-c in an arena
 */
#include "wire/alloc.h"

static void *give(void *context, size_t size)
{
    struct wire_alloc *w = context;
    if (size > w->left)
        return NULL;
    w->left -= size;
    return arena_alloc(w->arena, size ? size : 1);
}

static void take_back(void *context, void *p)
{
    (void)context;
    (void)p;
}

void wire_alloc_init(struct wire_alloc *w, struct arena *a, size_t budget)
{
    w->base.alloc = give;
    w->base.free = take_back;
    w->base.allocator_data = w;
    w->arena = a;
    w->left = budget;
}

void *wire_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, struct str bytes, size_t budget)
{
    static const uint8_t nothing[1];
    struct wire_alloc w;
    wire_alloc_init(&w, a, budget);
    return protobuf_c_message_unpack(type, &w.base, bytes.n, bytes.n ? (const uint8_t *)bytes.p : nothing);
}

struct str wire_pack(struct arena *a, const void *message)
{
    if (arena_overflowed(a))
        return (struct str){NULL, 0};
    size_t n = protobuf_c_message_get_packed_size(message);
    uint8_t *p = arena_alloc(a, n ? n : 1);
    if (!p)
        return (struct str){NULL, 0};
    protobuf_c_message_pack(message, p);
    return (struct str){(const char *)p, n};
}

char *wire_z(struct arena *a, struct str s)
{
    char *copy = s.n ? (char *)(uintptr_t)arena_str(a, s).p : NULL;
    return copy ? copy : (char *)(uintptr_t)protobuf_c_empty_string;
}

char **wire_z_list(struct arena *a, const struct str *items, int n)
{
    char **list = n > 0 ? ARENA_ARRAY(a, (size_t)n, char *) : NULL;
    for (int i = 0; list && i < n; i++)
        list[i] = wire_z(a, items[i]);
    return list;
}

ProtobufCBinaryData wire_bin(struct str s)
{
    return (ProtobufCBinaryData){s.n, (uint8_t *)(uintptr_t)s.p};
}

struct str wire_bytes(ProtobufCBinaryData b)
{
    return (struct str){(const char *)b.data, b.len};
}

struct str *wire_str_list(struct arena *a, char *const *items, size_t n)
{
    struct str *list = ARENA_ARRAY(a, n ? n : 1, struct str);
    for (size_t i = 0; list && i < n; i++)
        list[i] = str_from(items[i]);
    return list;
}
