/*
 * control_carried.c - the load that a preview's pages would change, carried from one page to the next
 *
 * A preview moves nothing, so each page hands on what those so far would change in the open assignments, and is told it
 * with the next: otherwise each page would find the places free that the ones before have taken. The text is
 * `ORGANISATION=CHANGE,...`; it comes back from a client, so that nothing in it is taken for granted.
 */
#include "role/control/control_parts.h"

enum { CHANGE_MAX = 100 * 1000 * 1000, CHANGE_ROOM = sizeof ",=-1000000000" };

/* One `ORGANISATION=CHANGE`. */
static bool read_change(const struct roster *roster, struct str item, int *change)
{
    const char *equals = memchr(item.p, '=', item.n);
    if (!equals)
        return false;
    size_t at = (size_t)(equals - item.p), i = at + 1;
    bool less = i < item.n && item.p[i] == '-';
    int n = 0, org = roster_find(roster, (struct str){item.p, at});
    i += less;
    if (i == item.n)
        return false;
    for (; i < item.n; i++) {
        if (item.p[i] < '0' || item.p[i] > '9' || n >= CHANGE_MAX)
            return false;
        n = n * 10 + (item.p[i] - '0');
    }
    if (org >= 0) /* or the roster has lost it meanwhile */
        change[org] = less ? -n : n;
    return true;
}

bool carried_read(struct job *j, const struct roster *roster, int *change)
{
    struct str rest = job_option(j, "changes");
    while (rest.n > 0) {
        const char *comma = memchr(rest.p, ',', rest.n);
        struct str item = {rest.p, comma ? (size_t)(comma - rest.p) : rest.n};
        if (!read_change(roster, item, change)) {
            job_fail(j, "--changes takes what the page before told under `changes`");
            return false;
        }
        size_t skip = comma ? item.n + 1 : item.n;
        rest = (struct str){rest.p + skip, rest.n - skip};
    }
    return true;
}

struct str carried_text(struct arena *a, const struct roster *roster, const int *change)
{
    size_t room = 1;
    for (int i = 0; i < roster->n; i++)
        room += change[i] ? roster->items[i].id.n + CHANGE_ROOM : 0;
    char *text = arena_alloc(a, room);
    struct str out = {text, 0};
    for (int i = 0; text && i < roster->n; i++)
        if (change[i])
            out.n += (size_t)snprintf(text + out.n, room - out.n, "%s" STR_FMT "=%d", out.n ? "," : "", STR_ARG(roster->items[i].id), change[i]);
    return out;
}
