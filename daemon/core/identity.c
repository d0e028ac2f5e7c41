/*
 * identity.c - check characters of identity numbers
 */
#include "core/identity.h"

#include "core/calendar.h"

enum { NUMBER_SIZE = 18, CHECKED = 17 };

/* GB 11643-1999: weights 2^(17-i) mod 11, check character by the sum mod 11 (ISO 7064 MOD 11-2). */
bool identity_resident_valid(struct str s, int32_t *birth_day)
{
    static const int weights[CHECKED] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
    static const char checks[] = "10X98765432";
    int sum = 0;
    if (s.n != NUMBER_SIZE || s.p[0] == '0')
        return false;
    for (int i = 0; i < CHECKED; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        sum += (s.p[i] - '0') * weights[i];
    }
    char last = s.p[CHECKED] == 'x' ? 'X' : s.p[CHECKED];
    if (last != checks[sum % 11])
        return false;
    const char *b = s.p + 6;
    const char iso[] = {b[0], b[1], b[2], b[3], '-', b[4], b[5], '-', b[6], b[7]};
    int32_t day;
    if (!calendar_parse_day((struct str){iso, sizeof(iso)}, &day))
        return false;
    if (birth_day)
        *birth_day = day;
    return true;
}

/* GB 32100-2015: weights 3^(i-1) mod 31 over an alphabet without I, O, S, V and Z. */
bool identity_credit_code_valid(struct str s)
{
    static const int weights[CHECKED] = {1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28};
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRTUWXY";
    int sum = 0;
    if (s.n != NUMBER_SIZE)
        return false;
    for (int i = 0; i < NUMBER_SIZE; i++) {
        const char *at = s.p[i] ? strchr(alphabet, s.p[i]) : NULL;
        if (!at)
            return false;
        if (i == CHECKED)
            return at - alphabet == (31 - sum % 31) % 31;
        sum += (int)(at - alphabet) * weights[i];
    }
    return false;
}
