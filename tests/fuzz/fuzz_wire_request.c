/*
 * fuzz_wire_request.c - any bytes as a ClientMessage, on either side
 */
#include "wire/limits.h"
#include "wire/request.h"

#include <stdlib.h>

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decode(struct str frame, enum side side)
{
    struct arena *a = arena_new((size_t)LIMIT_DECODE_MEMORY * 2);
    struct faults f = {.arena = a};
    struct request r;
    bool ok = request_decode(a, frame, side, 20593, &r, &f);
    MUST(ok == (f.n == 0 && f.left_out == 0));
    MUST(f.n <= LIMIT_FAULTS && r.request_id.n <= LIMIT_REQUEST_ID);
    MUST(!ok || (r.kind >= REQUEST_SUBMIT && r.kind <= REQUEST_PING && !str_empty(r.request_id)));
    for (size_t i = 0; i < f.n; i++)
        MUST(fault_word(f.items[i].code)[0] != '?' && f.items[i].text.n);
    arena_free(a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct str frame = {(const char *)data, size};
    decode(frame, SIDE_AGENCY);
    decode(frame, SIDE_ORGANISATION);
    return 0;
}
