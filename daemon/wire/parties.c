/*
 * parties.c - the parties of a referral
 */
#include "wire/parties.h"

#include "wire/limits.h"
#include "wire/referral.h"

#include "core/identity.h"

#include "referral/v1/referral.pb-c.h"

enum { PERMIT_MIN = 5, PERMIT_MAX = 20, ADULT = 18 };

/* Permits and passports have many issuers: only letters and digits of a plausible number. */
static bool permit_valid(struct str s)
{
    if (s.n < PERMIT_MIN || s.n > PERMIT_MAX)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        char ch = s.p[i];
        if (!(ch >= '0' && ch <= '9') && !(ch >= 'A' && ch <= 'Z') && !(ch >= 'a' && ch <= 'z'))
            return false;
    }
    return true;
}

/* 20260501 for a day. */
static int as_number(int32_t day)
{
    char text[16];
    int v = 0;
    calendar_day_text(day, text);
    for (const char *p = text; *p; p++) {
        if (*p != '-')
            v = v * 10 + (*p - '0');
    }
    return v;
}

/* 民法典 第17条: under eighteen; of age on the eighteenth birthday. */
static bool under_age(int32_t birth, int32_t today)
{
    return as_number(today) - as_number(birth) < ADULT * 10000;
}

/* True when the number shows a minor. */
static bool check_identity(struct check *c, size_t i, const Referral__V1__Party *p, int32_t today)
{
    struct str number = str_from(p->identity_number);
    int32_t birth = 0;
    bool ok = true;
    if (str_empty(number))
        return false;
    if (p->identity_kind == 0) {
        check_fault(c, AT_IN("parties", i, "identity_kind"), FAULT_FIELD_MISSING);
        return false;
    }
    switch ((enum identity_kind)p->identity_kind) {
    case IDENTITY_RESIDENT:
        ok = identity_resident_valid(number, &birth) && birth <= today;
        break;
    case IDENTITY_CREDIT_CODE:
        ok = identity_credit_code_valid(number);
        break;
    case IDENTITY_HMT_PERMIT:
    case IDENTITY_PASSPORT:
        ok = permit_valid(number);
        break;
    default: /* told by check_party() */
        return false;
    }
    if (!ok)
        check_fault(c, AT_IN("parties", i, "identity_number"), FAULT_IDENTITY_INVALID);
    return ok && p->identity_kind == (int)IDENTITY_RESIDENT && p->kind == (int)PARTY_PERSON &&
           under_age(birth, today);
}

static void check_representative(struct check *c, size_t i, const Referral__V1__Party *p,
                                 bool guardian_needed)
{
    const Referral__V1__Representative *r = p->representative;
    if (guardian_needed && (!r || !r->guardian))
        check_fault(c, AT_IN("parties", i, "representative"), FAULT_FIELD_MISSING);
    if (!r)
        return;
    check_text(c, AT_IN("parties", i, "representative.name"), r->name, LIMIT_NAME, true);
    check_phone(c, AT_IN("parties", i, "representative.phone"), r->phone);
}

static struct party_facts check_party(struct check *c, size_t i, const Referral__V1__Party *p,
                                      const struct parties_wish *wish)
{
    check_enum(c, AT_IN("parties", i, "role"), party_role_words, (int)p->role);
    check_enum(c, AT_IN("parties", i, "kind"), party_kind_words, (int)p->kind);
    check_text(c, AT_IN("parties", i, "name"), p->name, LIMIT_NAME, true);
    if (p->identity_kind != 0)
        check_enum(c, AT_IN("parties", i, "identity_kind"), identity_kind_words, (int)p->identity_kind);
    bool minor = check_identity(c, i, p, wish->today) || p->minor;
    check_phone(c, AT_IN("parties", i, "phone"), p->phone);
    struct str code = str_from(p->address_code);
    if (code.n && !check_division_form(code))
        check_fault(c, AT_IN("parties", i, "address_code"), FAULT_REGION_UNKNOWN);
    check_representative(c, i, p, minor && wish->guardians);
    bool coded = p->kind != (int)PARTY_PERSON && p->identity_kind == (int)IDENTITY_CREDIT_CODE;
    return (struct party_facts){.role = (enum party_role)p->role,
                                .kind = (enum party_kind)p->kind,
                                .foreign = p->foreign,
                                .minor = minor,
                                .address = code.n ? region_find(wish->regions, code) : -1,
                                .credit_code = str_from(coded ? p->identity_number : "")};
}

struct party_facts *parties_check(struct check *c, struct arena *a,
                                  struct Referral__V1__Party *const *parties, size_t n,
                                  const struct parties_wish *wish)
{
    if (n == 0)
        check_fault(c, AT("parties"), FAULT_TOO_FEW_PARTIES);
    check_count(c, "parties", n, LIMIT_PARTIES, FAULT_TOO_MANY_PARTIES);
    size_t kept = n < LIMIT_PARTIES ? n : LIMIT_PARTIES;
    struct party_facts *facts = ARENA_ARRAY(a, kept + 1, struct party_facts);
    for (size_t i = 0; facts && i < kept; i++)
        facts[i] = check_party(c, i, parties[i], wish);
    return facts;
}
