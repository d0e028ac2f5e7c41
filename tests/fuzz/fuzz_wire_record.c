/*
 * fuzz_wire_record.c - any bytes as a DecisionRecord and as a journal Step
 */
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
    if (record_decode(a, bytes, &record)) {
        struct str packed = record_encode(a, &record);
        if (packed.p && !record_decode(a, packed, &record))
            abort();
    }
    if (step_decode(a, bytes, &step)) {
        struct str packed = step_encode(a, &step);
        if (packed.p && !step_decode(a, packed, &step))
            abort();
    }
    arena_free(a);
    return 0;
}
