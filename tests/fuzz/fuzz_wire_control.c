/*
 * fuzz_wire_control.c - any bytes as a ControlRequest and as a ControlReply
 */
#include "wire/control.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new((size_t)256 * 1024 * 1024);
    struct str bytes = {(const char *)data, size};
    struct control_request request;
    struct sheets sheets, again;
    if (control_request_decode(a, bytes, &request))
        (void)control_request_encode(a, &request);
    if (control_reply_decode(a, bytes, &sheets)) {
        struct str packed = control_reply_encode(a, &sheets);
        if (packed.p && (!control_reply_decode(a, packed, &again) || again.n != sheets.n))
            abort();
    }
    arena_free(a);
    return 0;
}
