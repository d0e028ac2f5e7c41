/*
 * fuzz_wire_referral.c - any bytes as a Referral; the first byte chooses the sender
 */
#include "../unit/wire/world.h"

#include "base/fold.h"
#include "wire/ties.h"

#include <stdlib.h>

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (!(condition))                                                                                    \
            abort();                                                                                         \
    } while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was accepted can be read again, by this daemon and by the receiver. */
static void read_again(const struct world *w, struct arena *a, struct str bytes, const struct referral *r)
{
    struct referral again;
    struct client_referral plain;
    struct ties ties;
    MUST(ties_read(a, bytes, &ties));
    MUST(referral_reopen(a, &w->rules, r->agency, r->arrived_ms, bytes, &again));
    MUST(again.place == r->place && again.category == r->category && again.n_parties == r->n_parties);
    MUST(str_eq(again.folded, r->folded) && again.reply_by == r->reply_by);
    MUST(client_referral_decode(a, bytes, &plain));
    MUST(text_check(plain.summary, true) == TEXT_OK && !str_empty(plain.summary));
    MUST(r->place >= 0 && r->place < w->rules.regions.n && r->category < w->rules.categories.n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct world world;
    if (!world.arena)
        world_open(&world);
    if (size < 1)
        return 0;
    const struct peer *senders[] = {&world.court, &world.procuratorate, &world.police};
    struct str bytes = {(const char *)data + 1, size - 1}, agency_ref;
    struct arena *a = arena_new((size_t)4 * 1024 * 1024);
    struct faults f = {.arena = a};
    struct referral r;
    enum referral_verdict v =
        referral_decode(a, &world.rules, senders[data[0] % 3], world.now_ms, bytes, &r, &agency_ref, &f);
    MUST((v == REFERRAL_OK) == (f.n == 0 && f.left_out == 0));
    MUST(agency_ref.n <= LIMIT_AGENCY_REF && text_check(agency_ref, false) == TEXT_OK);
    MUST(!arena_overflowed(a));
    if (v == REFERRAL_OK)
        read_again(&world, a, bytes, &r);
    arena_free(a);
    return 0;
}
