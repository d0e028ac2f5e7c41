/*
 * check.h - checks of single fields, shared by requests and referrals
 *
 * Each tells a fault with the field's path, unless the look at the bytes (wire/scan.h) has already told
 * one for it. Paths are put together only when there is a fault.
 */
#ifndef WIRE_CHECK_H
#define WIRE_CHECK_H

#include "core/calendar.h"
#include "core/word.h"
#include "wire/fault.h"

#include <protobuf-c/protobuf-c.h>

struct check {
    struct faults *faults;
    size_t n_told; /* faults of the scan: the first so many */
};

/* Where a field stands: name, or list[index].name, or list[index]. */
struct where {
    const char *list; /* NULL: at the top */
    size_t index;
    const char *name; /* NULL: the item itself */
};
#define AT(field) ((struct where){.name = (field)})
#define AT_ITEM(items, i) ((struct where){.list = (items), .index = (i)})
#define AT_IN(items, i, field) ((struct where){.list = (items), .index = (i), .name = (field)})

void check_fault(struct check *c, struct where at, enum fault_code code);

/* Nothing but spaces and line breaks, wide ones too. */
bool check_blank(struct str s);
/* Text within `limit` bytes; `required`: more than blanks. The text in any case. */
struct str check_text(struct check *c, struct where at, const char *value, size_t limit, bool required);
/* A member of a closed list. */
bool check_enum(struct check *c, struct where at, const struct word *table, int value);

enum day_bounds { DAY_PAST, DAY_AHEAD };
/* A day; PAST: from 1949-10-01 to today; AHEAD: from today to two years on. 0 when empty or faulty. */
int32_t check_day(struct check *c, struct where at, const char *value, bool required, enum day_bounds bounds,
                  int32_t today);
/* 0 to LIMIT_AMOUNT_MINOR. */
bool check_amount(struct check *c, struct where at, int64_t minor);
/* One of the accepted ISO 4217 codes; empty is FIELD_MISSING when `required`. */
bool check_currency(struct check *c, struct where at, const char *value, bool required);
void check_phone(struct check *c, struct where at, const char *value);
/* No longer than `max` items. */
void check_count(struct check *c, const char *list, size_t n, size_t max, enum fault_code code);
/* 6, 9 or 12 digits. */
bool check_division_form(struct str code);

/* One Attachment: name, uri, sha256; in "attachments[index]". */
struct Referral__V1__Attachment;
void check_attachment(struct check *c, size_t index, const struct Referral__V1__Attachment *m);

#endif
