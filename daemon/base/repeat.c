/*
 * repeat.c - a small table of recent lines
 *
 * A line that finds its places taken by live windows passes uncounted: too much is said rather than too
 * little.
 */
#include "base/repeat.h"

#define PROBES 8

/* FNV-1a; events are our own names and peers are enrolled, so nobody chooses what collides. */
static uint32_t hash(struct str s, uint32_t h)
{
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 16777619u;
    return (h ^ 0xff) * 16777619u;
}

static struct str cut(struct str s)
{
    return (struct str){s.p, s.n < REPEAT_TEXT - 1 ? s.n : REPEAT_TEXT - 1};
}

static void keep(char *out, struct str s)
{
    if (s.n)
        memcpy(out, s.p, s.n);
    out[s.n] = '\0';
}

static bool over(const struct repeat_slot *slot, int64_t now_ms)
{
    return now_ms - slot->began_ms >= REPEAT_WINDOW_MS;
}

static bool holds_back(const struct repeat_slot *slot)
{
    return slot->seen > REPEAT_ALLOWED;
}

/* Its slot, or one that may be taken, or NULL. */
static struct repeat_slot *find(struct repeat *r, struct str what, struct str who, int64_t now_ms)
{
    uint32_t h = hash(who, hash(what, 2166136261u));
    struct repeat_slot *usable = NULL;
    for (uint32_t i = 0; i < PROBES; i++) {
        struct repeat_slot *slot = &r->slots[(h + i) % REPEAT_SLOTS];
        if (slot->seen && str_eqz(what, slot->what) && str_eqz(who, slot->who))
            return slot;
        if (!usable && (slot->seen == 0 || (over(slot, now_ms) && !holds_back(slot))))
            usable = slot;
    }
    if (usable)
        usable->seen = 0;
    return usable;
}

bool repeat_pass(struct repeat *r, struct str what, struct str who, int level, int64_t now_ms)
{
    what = cut(what);
    who = cut(who);
    struct repeat_slot *slot = find(r, what, who, now_ms);
    if (!slot)
        return true;
    if (slot->seen && over(slot, now_ms) && !holds_back(slot))
        slot->seen = 0;
    if (slot->seen == 0) {
        keep(slot->what, what);
        keep(slot->who, who);
        slot->level = level;
        slot->began_ms = now_ms;
    }
    slot->seen++;
    return !holds_back(slot);
}

bool repeat_tell(struct repeat *r, int64_t now_ms, struct repeat_told *out)
{
    if (now_ms - r->swept_ms < 1000)
        return false;
    for (int i = 0; i < REPEAT_SLOTS; i++) {
        struct repeat_slot *slot = &r->slots[i];
        if (slot->seen == 0 || !over(slot, now_ms) || !holds_back(slot))
            continue;
        memcpy(out->what, slot->what, sizeof out->what);
        memcpy(out->who, slot->who, sizeof out->who);
        out->level = slot->level;
        out->held = slot->seen - REPEAT_ALLOWED;
        slot->seen = 0;
        return true;
    }
    r->swept_ms = now_ms;
    return false;
}
