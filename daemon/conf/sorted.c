/*
 * sorted.c - lists whose order does not matter: kept sorted, each element once
 */
#include "conf/sorted.h"
#include "conf/shape.h"

#include "core/identity.h"

#include <stdlib.h>

const struct shape credit_code_shape = {.kind = SHAPE_TEXT, .pattern = "^[0-9A-HJ-NP-RT-UW-Y]{18}$"};
const struct shape credit_codes_shape = {.kind = SHAPE_LIST, .of = &credit_code_shape};

static int by_bytes(const void *a, const void *b)
{
    return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void sort_strings(struct str *items, int *n)
{
    int kept = 0;
    if (*n)
        qsort(items, (size_t)*n, sizeof *items, by_bytes);
    for (int i = 0; i < *n; i++)
        if (i == 0 || !str_eq(items[i], items[kept - 1]))
            items[kept++] = items[i];
    *n = kept;
}

bool read_sorted_slugs(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    struct strs s;
    if (!read_slug_list(r, v, f, &s))
        return false;
    sort_strings((struct str *)s.items, &s.n); /* just made, ours alone */
    *(struct strs *)out = s;
    return true;
}

bool read_credit_code(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    struct str code;
    if (!read_text(r, v, f, &code))
        return false;
    if (!identity_credit_code_valid(code))
        return reading_error(r, v->at,
                             "18 digits and capital letters (without I, O, S, V, Z); compare it with the "
                             "business licence",
                             "this is no unified social credit code: its check character does not fit");
    *(struct str *)out = code;
    return true;
}

bool read_credit_codes(struct reading *r, const struct node *v, const struct field *f, void *out)
{
    struct strs s;
    if (!node_is(r, v, NODE_LIST, "a list of credit codes") || !read_each(r, v, f, read_credit_code, &s))
        return false;
    sort_strings((struct str *)s.items, &s.n);
    *(struct strs *)out = s;
    return true;
}
