/*
 * check.c - checks of single fields
 */
#include "wire/check.h"

#include "wire/limits.h"

#include "referral/v1/referral.pb-c.h"

#include <stdio.h>

/* Two years have at most 731 days. */
enum { TWO_YEARS = 731, DIGEST_SIZE = 32, PHONE_MIN = 5, PHONE_MAX = 20 };

static void place_text(struct where at, char *out, size_t size)
{
    if (!at.list)
        snprintf(out, size, "%s", at.name);
    else
        snprintf(out, size, "%s[%zu]%s%s", at.list, at.index, at.name ? "." : "", at.name ? at.name : "");
}

void check_fault(struct check *c, struct where at, enum fault_code code)
{
    char path[160];
    place_text(at, path, sizeof(path));
    for (size_t i = 0; i < c->n_told; i++) {
        if (str_eqz(c->faults->items[i].field, path))
            return;
    }
    fault_add(c->faults, code, "%s", path);
}

bool check_blank(struct str s)
{
    static const struct str wide = {"\xe3\x80\x80", 3}; /* U+3000 */
    for (size_t i = 0; i < s.n;) {
        if (s.p[i] == ' ' || s.p[i] == '\t' || s.p[i] == '\n' || s.p[i] == '\r')
            i++;
        else if (s.n - i >= wide.n && !memcmp(s.p + i, wide.p, wide.n))
            i += wide.n;
        else
            return false;
    }
    return true;
}

struct str check_text(struct check *c, struct where at, const char *value, size_t limit, bool required)
{
    struct str s = str_from(value);
    if (s.n > limit)
        check_fault(c, at, FAULT_FIELD_TOO_LONG);
    else if (required && check_blank(s))
        check_fault(c, at, FAULT_FIELD_MISSING);
    return s;
}

bool check_enum(struct check *c, struct where at, const struct word *table, int value)
{
    if (value != 0 && word_known(table, value))
        return true;
    check_fault(c, at, FAULT_UNKNOWN_ENUM);
    return false;
}

static enum fault_code day_fault(int32_t day, enum day_bounds bounds, int32_t today)
{
    int32_t first = 0;
    if (bounds == DAY_AHEAD)
        return day < today || day - today > TWO_YEARS ? FAULT_DATE_TOO_FAR : (enum fault_code)0;
    if (day > today)
        return FAULT_DATE_IN_FUTURE;
    return calendar_parse_day(STR("1949-10-01"), &first) && day < first ? FAULT_DATE_TOO_OLD
                                                                        : (enum fault_code)0;
}

int32_t check_day(struct check *c, struct where at, const char *value, bool required, enum day_bounds bounds,
                  int32_t today)
{
    struct str s = str_from(value);
    int32_t day = 0;
    enum fault_code code = (enum fault_code)0;
    if (str_empty(s))
        code = required ? FAULT_FIELD_MISSING : (enum fault_code)0;
    else
        code = calendar_parse_day(s, &day) ? day_fault(day, bounds, today) : FAULT_DATE_INVALID;
    if (!code)
        return day;
    check_fault(c, at, code);
    return 0;
}

bool check_amount(struct check *c, struct where at, int64_t minor)
{
    if (minor >= 0 && minor <= LIMIT_AMOUNT_MINOR)
        return true;
    check_fault(c, at, FAULT_AMOUNT_OUT_OF_RANGE);
    return false;
}

bool check_currency(struct check *c, struct where at, const char *value, bool required)
{
    static const char *const accepted[] = {"CNY", "USD", "EUR", "HKD", "JPY", "GBP", "TWD",
                                           "MOP", "KRW", "SGD", "AUD", "CAD", "CHF", "RUB"};
    if (!value[0]) {
        if (required)
            check_fault(c, at, FAULT_FIELD_MISSING);
        return !required;
    }
    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        if (!strcmp(value, accepted[i]))
            return true;
    }
    check_fault(c, at, FAULT_CURRENCY_UNKNOWN);
    return false;
}

void check_phone(struct check *c, struct where at, const char *value)
{
    size_t n = strlen(value), digits = 0;
    bool ok = n <= PHONE_MAX;
    if (!n)
        return;
    for (size_t i = 0; ok && i < n; i++) {
        if (value[i] >= '0' && value[i] <= '9')
            digits++;
        else
            ok = value[i] == ' ' || value[i] == '-' || (value[i] == '+' && i == 0);
    }
    if (!ok || digits < PHONE_MIN)
        check_fault(c, at, FAULT_PHONE_INVALID);
}

void check_count(struct check *c, const char *list, size_t n, size_t max, enum fault_code code)
{
    if (n > max)
        check_fault(c, AT(list), code);
}

bool check_division_form(struct str code)
{
    if (code.n != 6 && code.n != 9 && code.n != 12)
        return false;
    for (size_t i = 0; i < code.n; i++) {
        if (code.p[i] < '0' || code.p[i] > '9')
            return false;
    }
    return true;
}

/* https: with a host, or urn: with a name; printable ASCII without spaces, as RFC 3986 wants it. */
static bool uri_valid(struct str s)
{
    static const struct str https = {"https://", 8}, urn = {"urn:", 4};
    struct str scheme = s.n > https.n && !memcmp(s.p, https.p, https.n) ? https : urn;
    if (s.n <= scheme.n || memcmp(s.p, scheme.p, scheme.n) != 0 || s.p[scheme.n] == '/')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] <= ' ' || s.p[i] > '~' || strchr("\"<>\\^`{|}", s.p[i]))
            return false;
    }
    return true;
}

void check_attachment(struct check *c, size_t index, const struct Referral__V1__Attachment *m)
{
    check_text(c, AT_IN("attachments", index, "name"), m->name, LIMIT_NAME, true);
    struct str uri = check_text(c, AT_IN("attachments", index, "uri"), m->uri, LIMIT_URI, true);
    if (uri.n && uri.n <= LIMIT_URI && !uri_valid(uri))
        check_fault(c, AT_IN("attachments", index, "uri"), FAULT_URI_INVALID);
    if (m->sha256.len == 0)
        check_fault(c, AT_IN("attachments", index, "sha256"), FAULT_FIELD_MISSING);
    else if (m->sha256.len != DIGEST_SIZE)
        check_fault(c, AT_IN("attachments", index, "sha256"), FAULT_DIGEST_INVALID);
}
