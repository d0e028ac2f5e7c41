/*
 * explain.c - a referral on trial explained: the rules of a directory, every organisation idle, no daemon and no database
 *
 * The same form as `submit` takes, checked as the router checks it, told as the router tells one on record.
 */
#include "ctl/command.h"

#include "base/clock.h"
#include "core/calendar.h"
#include "ctl/jsonl.h"
#include "ctl/link.h"
#include "ctl/place.h"
#include "ctl/remote.h"
#include "ctl/ruleset_dir.h"
#include "tell/tell.h"
#include "wire/limits.h"
#include "wire/referral.h"

#include <errno.h>
#include <string.h>

struct trial_case {
    const struct ruleset_dir *dir;
    struct referral referral;
    int64_t at_ms;
    struct sheets *sheets;
};

static struct load idle(void *context, int organisation)
{
    const struct roster *roster = context;
    return (struct load){.capacity = roster->items[organisation].capacity};
}

static bool read_whole(struct arena *a, const char *name, struct str *out)
{
    enum { MOST = LIMIT_REFERRAL_MEMORY };
    bool standard = strcmp(name, "-") == 0;
    FILE *f = standard ? stdin : fopen(name, "re");
    char *bytes = arena_alloc(a, MOST);
    size_t n = f && bytes ? fread(bytes, 1, MOST, f) : 0;
    bool good = f && bytes && !ferror(f) && n < MOST;
    if (!good)
        fprintf(stderr, "referralctl: %s: %s\n", standard ? "standard input" : name,
                f ? "cannot be read, or is larger than a referral may be" : strerror(errno));
    if (f && !standard)
        fclose(f);
    *out = (struct str){bytes, n};
    return good;
}

/* Any agency of its channel that may send disputes of that place: who sends is not told by the form. */
static bool read_referral(struct arena *a, const char *name, struct trial_case *t)
{
    struct jsonl x = {.arena = a,
                      .err = stderr,
                      .file = strcmp(name, "-") == 0 ? "standard input" : name,
                      .line = 1,
                      .today = calendar_day_of_ms(t->at_ms),
                      .ref_prefix = "trial-"};
    struct client_referral given;
    struct faults faults = {.arena = a};
    struct str text, agency_ref;
    if (!read_whole(a, name, &text))
        return false;
    if (!jsonl_read(&x, text, &given)) {
        fprintf(stderr, "  one JSON object is expected, with the keys of REFERRALS AS JSON in referralctl(1)\n");
        return false;
    }
    const struct peer sender = {.kind = PEER_AGENCY, .id = STR(""), .channel = given.channel, .region_code = given.place_code};
    struct str bytes = client_referral_encode(a, &given);
    if (bytes.p && referral_decode(a, t->dir->rs, &sender, t->at_ms, bytes, &t->referral, &agency_ref, &faults) == REFERRAL_OK)
        return true;
    fprintf(stderr, "%s: the router would turn this referral away:\n", x.file);
    link_print_faults(stderr, &faults, "  ");
    return false;
}

static bool decide_and_tell(const struct call *c, struct trial_case *t)
{
    const struct ruleset *rs = t->dir->rs;
    const struct load_view load = {idle, (struct roster *)(uintptr_t)&rs->roster};
    struct arena *a = t->sheets->arena;
    struct decision d;
    struct record record;
    if (!decide(a, rs, &t->referral, NULL, 0, load, &d) || !record_of(a, rs, &d, NULL, 0, t->at_ms, &record))
        return false;
    const struct telling told = {.sheets = t->sheets,
                                 .rules = rs,
                                 .source = &t->dir->source,
                                 .record = &record,
                                 .referral = &t->referral,
                                 .n = 1,
                                 .at_ms = t->at_ms,
                                 .rederived = STR("on trial: nothing is on record")};
    const char *why_not = call_value(c, OPT_WHY_NOT, NULL);
    tell_decision(&told);
    tell_conditions(&told);
    tell_words(&told);
    tell_candidates(&told);
    tell_near_misses(&told);
    if (call_has(c, OPT_RULES))
        tell_rules_before(&told);
    if (why_not)
        tell_why_not(&told, str_from(why_not), load); /* its reason is in the sheets */
    return true;
}

static int explain_file(const struct call *c, int64_t at_ms)
{
    struct call of_config = *c; /* the directory is that of -c; the argument is the referral */
    struct ruleset_dir dir;
    of_config.n_args = 0;
    if (!ruleset_dir_open(&of_config, &dir))
        return CTL_USAGE;
    struct sheets sheets = {.arena = dir.arena};
    struct trial_case t = {.dir = &dir, .at_ms = at_ms, .sheets = &sheets};
    int code = CTL_USAGE;
    if (read_referral(dir.arena, c->args[0], &t)) {
        code = CTL_NO;
        if (decide_and_tell(c, &t))
            code = remote_print(c, &sheets);
        else
            fprintf(stderr, "referralctl: out of memory\n");
    }
    ruleset_dir_close(&dir);
    return code;
}

/* "2026-05-06 10:00", or with a T, or the day alone: its midnight. */
static bool time_parse(struct str s, int64_t *out_ms)
{
    const struct str day_text = {s.p, s.n < 10 ? s.n : 10};
    int32_t day;
    int hour = 0, minute = 0;
    if (!calendar_parse_day(day_text, &day) || (s.n != 10 && s.n != 16))
        return false;
    if (s.n == 16) {
        const char *p = s.p + 10;
        for (int i = 1; i < 6; i++)
            if (i == 3 ? p[i] != ':' : p[i] < '0' || p[i] > '9')
                return false;
        if (p[0] != ' ' && p[0] != 'T')
            return false;
        hour = (p[1] - '0') * 10 + p[2] - '0';
        minute = (p[4] - '0') * 10 + p[5] - '0';
    }
    *out_ms = calendar_ms_of_day(day) + (hour * 60 + minute) * INT64_C(60000);
    return hour < 24 && minute < 60;
}

static bool is_file(const char *name)
{
    size_t n = strlen(name);
    return strcmp(name, "-") == 0 || strchr(name, '/') || (n > 5 && strcmp(name + n - 5, ".json") == 0);
}

int run_explain(const struct call *c)
{
    int64_t at_ms = clock_now_ms();
    const char *at = call_value(c, OPT_AT, NULL);
    if (!is_file(c->args[0])) {
        if (!at)
            return run_remote(c);
        fprintf(stderr, "referralctl: --at is for a referral from a file; one on record has its own time\n");
        return CTL_USAGE;
    }
    if (call_has(c, OPT_DECISION)) {
        fprintf(stderr, "referralctl: --decision is for a referral on record; one from a file has one decision\n");
        return CTL_USAGE;
    }
    if (at && !time_parse(str_from(at), &at_ms)) {
        fprintf(stderr, "referralctl: --at takes a time as 2026-05-06 10:00 (Asia/Shanghai); not `%s`\n", at);
        return CTL_USAGE;
    }
    return explain_file(c, at_ms);
}
