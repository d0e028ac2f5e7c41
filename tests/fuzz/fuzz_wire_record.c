/*
 * fuzz_wire_record.c - any bytes as a DecisionRecord, as a ClocksRecord and as a journal Step
 */
#include "wire/clocks.h"
#include "wire/journal.h"
#include "wire/record.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)64 * 1024 * 1024);
    struct str bytes = {(const char *)data, size};
    struct record record;
    struct step step;
    struct clocks clocks;
    static const struct calendar calendar;
    static const struct mode_policy policy = {.warn_share = 33};
    if (record_decode(a, bytes, &record)) {
        struct str packed = record_encode(a, &record);
        if (packed.p && !record_decode(a, packed, &record))
            abort();
    }
    if (clocks_decode(a, bytes, &clocks)) {
        struct str packed = clocks_encode(a, &clocks);
        if (packed.p && !clocks_decode(a, packed, &clocks))
            abort();
        clocks_agenda(&clocks, &policy, &calendar); /* whatever was kept: an end is found, in bounded time */
    }
    if (step_decode(a, bytes, &step)) {
        struct str packed = step_encode(a, &step);
        if (packed.p && !step_decode(a, packed, &step))
            abort();
    }
    arena_free(a);
    return 0;
}
