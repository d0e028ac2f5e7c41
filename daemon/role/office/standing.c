/* standing.c - the directory's rule set, or the one published last */
#include "role/office/standing.h"

enum standing standing_of(const struct standing_facts *f)
{
    if (!f->published)
        return STANDING_FIRST;
    if (digest_eq(f->directory, f->hash))
        return STANDING_SAME;
    if (f->approval)
        return STANDING_UNAPPROVED;
    if (digest_eq(f->beside, f->hash)) /* the directory was the source, and is */
        return STANDING_CHANGED;
    if (digest_eq(f->directory, f->beside))
        return STANDING_PINNED;
    return f->occasion == OCCASION_START ? STANDING_AWAITS : STANDING_CHANGED;
}

bool standing_keeps(enum standing s)
{
    return s == STANDING_PINNED || s == STANDING_AWAITS || s == STANDING_UNAPPROVED;
}

bool standing_decides(const struct standing_facts *f, enum standing s)
{
    switch (s) {
    case STANDING_FIRST:
    case STANDING_CHANGED:
        return true;
    case STANDING_SAME: /* the directory is the source again: the pin is lifted */
        return f->occasion != OCCASION_START && !digest_eq(f->beside, f->hash);
    case STANDING_PINNED:
    case STANDING_AWAITS:
    case STANDING_UNAPPROVED:
        break;
    }
    return false;
}
