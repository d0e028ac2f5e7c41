/*
 * ties.c - identity documents in one order, and links
 */
#include "wire/ties.h"

#include "wire/alloc.h"
#include "wire/limits.h"
#include "wire/scan.h"

#include "referral/v1/referral.pb-c.h"

#include <stdlib.h>

/* "1:32050519900101123X", letters in upper case: documents are written either way. */
static struct str document(struct arena *a, const Referral__V1__Party *p)
{
    struct str text = arena_printf(a, "%d:%s\n", (int)p->identity_kind, p->identity_number);
    for (size_t i = 0; text.p && i < text.n; i++) {
        char *c = (char *)text.p + i;
        if (*c >= 'a' && *c <= 'z')
            *c = (char)(*c - 'a' + 'A');
    }
    return text;
}

static int by_text(const void *x, const void *y)
{
    return str_cmp(*(const struct str *)x, *(const struct str *)y);
}

static struct str joined(struct arena *a, const struct str *items, size_t n)
{
    size_t size = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        size += items[i].n;
    char *out = arena_alloc(a, size + 1);
    for (size_t i = 0; out && i < n; i++) {
        if (i > 0 && str_eq(items[i], items[i - 1]))
            continue;
        memcpy(out + at, items[i].p, items[i].n);
        at += items[i].n;
    }
    return (struct str){out, at};
}

/* False past the arena's budget. */
static bool read_parties(struct arena *a, const Referral__V1__Referral *m, struct str *out)
{
    struct str *documents = ARENA_ARRAY(a, m->n_parties + 1, struct str);
    *out = STR("");
    for (size_t i = 0; documents && i < m->n_parties; i++) {
        if (!m->parties[i]->identity_kind || !m->parties[i]->identity_number[0])
            return true;
        documents[i] = document(a, m->parties[i]);
    }
    if (!documents || arena_overflowed(a))
        return false;
    if (m->n_parties) {
        qsort(documents, m->n_parties, sizeof *documents, by_text);
        *out = joined(a, documents, m->n_parties);
    }
    return out->p;
}

static bool read_links(struct arena *a, const Referral__V1__Referral *m, struct ties *out)
{
    struct tie_link *links = ARENA_ARRAY(a, m->n_links + 1, struct tie_link);
    for (size_t i = 0; links && i < m->n_links; i++) {
        if (!id_parse(str_from(m->links[i]->referral_id), &links[i].referral))
            links[i] = (struct tie_link){.agency_ref = str_from(m->links[i]->agency_ref)};
    }
    out->links = links;
    out->n_links = (int)m->n_links;
    return links;
}

bool ties_read(struct arena *a, struct str bytes, struct ties *out)
{
    const ProtobufCMessageDescriptor *type = &referral__v1__referral__descriptor;
    const struct scan_wish wish = {.budget = LIMIT_REFERRAL_MEMORY};
    const Referral__V1__Referral *m = NULL;
    if (scan_message(type, bytes, &wish) == SCAN_OK)
        m = wire_unpack(a, type, bytes, LIMIT_REFERRAL_MEMORY);
    return m && read_parties(a, m, &out->parties) && read_links(a, m, out);
}
