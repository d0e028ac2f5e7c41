/*
 * control_queue.c - the manual queue: who waits, and an operator's two ways to end the waiting
 */
#include "role/control/control_parts.h"

#include "base/clock.h"
#include "base/diag.h"
#include "base/fold.h"
#include "store/reader.h"
#include "wire/limits.h"

#include <stdlib.h>

enum { LIST_DEFAULT = 100, LIST_MAX = 10000 };

/* ---- queue list ---- */

void verb_queue_list(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"since", "waits since", CELL_TIME},
                                                  {"due", "due", CELL_TIME},
                                                  {"reason", "because", CELL_TEXT},
                                                  {"mode", "mode", CELL_TEXT},
                                                  {"place", "place", CELL_TEXT},
                                                  {"place_name", "地名", CELL_TEXT},
                                                  {"risk", "risk", CELL_BOOL},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"agency_ref", "agency's number", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    static const struct sheet_column summary[] = {
        {"waiting", "waiting", CELL_INTEGER}, {"shown", "shown", CELL_INTEGER}, {NULL, NULL, 0}};
    struct queue_row *rows;
    struct str prefix;
    int64_t total;
    int limit, n;
    if (!job_number(j, "limit", LIST_MAX, LIST_DEFAULT, &limit) || !clerk_region(c, j, &prefix) ||
        !clerk_ok(c, j, queue_list(c->db, j->arena, prefix, limit, &rows, &n, &total)))
        return;
    struct snapshot *s = publication_get(c->office->publication);
    struct sheet *sheet = sheet_add(&j->sheets, "queue", "Manual queue, oldest first", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        int place = s ? region_find(&s->rules->regions, rows[i].place) : -1;
        if (!row)
            break;
        row[0] = arena_printf(j->arena, "%s", id_text(rows[i].referral, (char[ID_TEXT_SIZE]){0}));
        row[1] = cell_time(j->arena, rows[i].since_ms);
        row[2] = cell_time(j->arena, rows[i].due_ms);
        row[3] = rows[i].reason;
        row[4] = cell_word(mode_words, rows[i].mode);
        row[5] = rows[i].place;
        row[6] = place >= 0 ? arena_str(j->arena, s->rules->regions.items[place].name) : STR("");
        row[7] = cell_bool(rows[i].risk != 0);
        row[8] = rows[i].agency;
        row[9] = rows[i].agency_ref;
    }
    snapshot_unref(s);
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "summary", "", summary, true));
    if (row) {
        row[0] = cell_int(j->arena, total);
        row[1] = cell_int(j->arena, n);
    }
}

/* ---- acts ---- */

/* The referral named first, which must wait in the queue. */
static bool waiting(struct clerk *c, struct job *j, struct id *id)
{
    struct case_row r;
    if (!job_referral(j, id) || !clerk_ok(c, j, case_read(c->db, j->arena, *id, &r)))
        return false;
    if (r.found && r.docket.state == STATE_MANUAL)
        return true;
    if (!r.found)
        job_fail(j, "no referral has the id " STR_FMT "; `queue list` shows those that wait",
                 STR_ARG(j->args[0]));
    else
        job_fail(j, "this referral does not wait in the manual queue: it is %s (%s); `show` tells more",
                 word_of(state_words, r.docket.state), word_zh(state_words, r.docket.state));
    return false;
}

/* The roster's id that `wrong` may have been meant for; NULL: none. The result lies in the snapshot. */
static const char *meant(struct job *j, const struct roster *roster, struct str wrong)
{
    const char **names = ARENA_ARRAY(j->arena, (size_t)roster->n + 1, const char *);
    for (int i = 0; names && i < roster->n; i++)
        names[i] = arena_str(j->arena, roster->items[i].id).p;
    return names && !arena_overflowed(j->arena) ? diag_nearest(wrong, names, (size_t)roster->n) : NULL;
}

void verb_queue_assign(struct clerk *c, struct job *j)
{
    struct id id;
    if (!act_operator(j) || !waiting(c, j, &id))
        return;
    struct work *w = act_new(c, j, EVENT_ASSIGN, id);
    if (!w)
        return;
    const struct roster *roster = &w->snapshot->rules->roster;
    int i = roster_find(roster, j->args[1]);
    if (i < 0) {
        const char *near = meant(j, roster, j->args[1]);
        job_fail(j, "no organisation has the id `" STR_FMT "`%s%s%s", STR_ARG(j->args[1]),
                 near ? "; did you mean `" : "", near ? near : "", near ? "`?" : "");
    } else if (roster->items[i].closed) {
        job_fail(j, STR_FMT " (" STR_FMT ") is closed: it takes nothing", STR_ARG(j->args[1]),
                 STR_ARG(roster->items[i].name));
    } else {
        w->event.organisation = roster->items[i].id;
    }
}

void verb_queue_return(struct clerk *c, struct job *j)
{
    struct str reason = job_option(j, "reason");
    struct id id;
    if (!reason.p || reason.n == 0) {
        job_fail(j, "--reason TEXT is required: the agency is told why its referral comes back");
        return;
    }
    if (reason.n > LIMIT_SHORT_TEXT || text_check(reason, true) != TEXT_OK) {
        job_fail(j, "--reason must be UTF-8 text without control characters, at most %d bytes",
                 LIMIT_SHORT_TEXT);
        return;
    }
    if (!act_operator(j) || !waiting(c, j, &id))
        return;
    struct work *w = act_new(c, j, EVENT_RETURN, id);
    if (w)
        w->event.text = arena_str(w->arena, reason);
}
