/*
 * control_act.c - what operators do to a referral: by name, through the keeper, journalled
 */
#include "role/control/control_parts.h"

#include "base/clock.h"
#include "base/fold.h"
#include "store/reader.h"

enum { ACT_BUDGET = 4 * 1024 * 1024 };

bool act_room(struct job *j, int n)
{
    j->works = ARENA_ARRAY(j->arena, (size_t)n + 1, struct work *);
    if (!j->works)
        job_fail(j, "out of memory; nothing was done");
    return j->works;
}

struct work *act_new(struct clerk *c, struct job *j, enum event event, struct id id)
{
    struct snapshot *s = publication_get(c->office->publication);
    struct work *w = s && (j->works || act_room(j, 1)) ? work_new(WORK_EVENT, ORIGIN_CONTROL, s, ACT_BUDGET) : NULL;
    if (w) {
        w->event.event = event;
        w->event.referral = id;
        w->city = id_city(id);
        w->arrived_ms = clock_now_ms();
        w->arrived_mono_us = clock_mono_us();
        w->actor = arena_printf(w->arena, "operator:" STR_FMT, STR_ARG(j->request.operator_name));
    } else {
        job_fail(j, s ? "out of memory; nothing was done"
                      : "no configuration is published yet; the log says why");
    }
    snapshot_unref(s);
    if (w)
        j->works[j->n_works++] = w;
    return w;
}

bool act_operator(struct job *j)
{
    struct str name = j->request.operator_name;
    if (name.n > 0 && name.n <= 64 && text_check(name, false) == TEXT_OK)
        return true;
    job_fail(j, "who asks? the operator's name is recorded with every act; it must have 1 to 64 bytes");
    return false;
}

void act_finish(struct job *j, const struct work *w)
{
    static const struct sheet_column columns[] = {
        {"referral", "referral", CELL_TEXT},         {"done", "done", CELL_TEXT},
        {"organisation", "organisation", CELL_TEXT}, {"journal_seq", "journal entry", CELL_INTEGER},
        {"journal_hash", "its hash", CELL_TEXT},     {NULL, NULL, 0}};
    static const char *const done[EVENT_LIMIT] = {
        [EVENT_ASSIGN] = "assigned", [EVENT_RETURN] = "returned", [EVENT_ERASE] = "erased"};
    char hex[DIGEST_HEX_SIZE];
    if (w->busy) {
        job_fail(j, "nothing was done: PostgreSQL did not take it; `status` tells whether it is in reach");
        return;
    }
    if (!w->event.done) {
        struct str why = STR("");
        for (size_t i = 0; i < w->event.faults.n; i++) {
            const struct fault *f = &w->event.faults.items[i];
            const char *text = str_empty(f->text) ? fault_text(f->code) : arena_str(j->arena, f->text).p;
            why = arena_printf(j->arena, STR_FMT "%s%s (%s)", STR_ARG(why), i ? "; " : "", text,
                               fault_word(f->code));
        }
        job_fail(j, "nothing was done: " STR_FMT, STR_ARG(why));
        return;
    }
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "act", "Recorded", columns, true));
    if (!row)
        return;
    row[0] = j->args[0];
    row[1] = str_from(done[w->event.event]);
    row[2] = arena_str(j->arena, w->event.organisation);
    row[3] = cell_int(j->arena, (int64_t)w->event.journal_seq);
    row[4] = arena_str(j->arena, str_from(digest_hex(w->event.journal_hash, hex)));
}

void verb_erase(struct clerk *c, struct job *j)
{
    struct case_row r;
    struct id id;
    if (!act_operator(j) || !job_referral(j, &id) || !clerk_ok(c, j, case_read(c->db, j->arena, id, &r)))
        return;
    if (!r.found)
        job_fail(j, "no referral has the id " STR_FMT "; `show NUMBER` finds it by the agency's number", STR_ARG(j->args[0]));
    else if (state_open((enum state)r.docket.state))
        job_fail(j, "this referral is still open: it is %s (%s); personal data can be erased once it is closed",
                 word_of(state_words, r.docket.state), word_zh(state_words, r.docket.state));
    else if (str_empty(r.sealed))
        job_fail(j, "its personal data has been erased before");
    else
        act_new(c, j, EVENT_ERASE, id);
}
