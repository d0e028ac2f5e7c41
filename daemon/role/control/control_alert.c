/*
 * control_alert.c - early warnings as the centre deals with them: which wait, what is behind one, and closed
 *
 * Parties and enterprises show only as there being some: what tells them apart is never read here.
 */
#include "role/control/control_parts.h"

#include "base/clock.h"
#include "base/diag.h"
#include "base/log.h"
#include "store/watching.h"

enum { LIST_DEFAULT = 100, LIST_MAX = 10000 };

static const struct word closing_words[] = {{EPISODE_HANDLED, "handled", "已处置"},
                                            {EPISODE_KNOWN, "known", "已知情况"},
                                            {EPISODE_FALSE, "false-alarm", "误报"},
                                            {0}};

static const struct sheet_column alert_columns[] = {{"alert", "alert", CELL_TEXT},
                                                    {"raised", "raised", CELL_TIME},
                                                    {"state", "state", CELL_TEXT},
                                                    {"watch", "watch", CELL_TEXT},
                                                    {"watch_name", "预警", CELL_TEXT},
                                                    {"place", "place", CELL_TEXT},
                                                    {"place_name", "地名", CELL_TEXT},
                                                    {"category", "category", CELL_TEXT},
                                                    {"category_name", "类型", CELL_TEXT},
                                                    {"referrals", "referrals", CELL_INTEGER},
                                                    {"agencies", "agencies", CELL_INTEGER},
                                                    {"since", "since", CELL_TEXT},
                                                    {"seen", "raised on", CELL_INTEGER},
                                                    {"expected", "expected", CELL_TEXT},
                                                    {"over", "over", CELL_TIME},
                                                    {"closed", "closed", CELL_TIME},
                                                    {"closed_as", "closed as", CELL_TEXT},
                                                    {"closed_by", "closed by", CELL_TEXT},
                                                    {NULL, NULL, 0}};

static struct str cell_day(struct arena *a, int32_t day)
{
    char text[16];
    return arena_str(a, str_from(calendar_day_text(day, text)));
}

static void fill(struct job *j, const struct snapshot *s, const struct episode_read *e, struct str *row)
{
    int place = s && e->place.n ? region_find(&s->rules->regions, e->place) : -1;
    int category = s && e->category.n ? category_find(&s->rules->categories, e->category) : -1;
    const struct str cells[] = {
        arena_printf(j->arena, "%s", id_text(e->id, (char[ID_TEXT_SIZE]){0})),
        cell_time(j->arena, e->raised_ms),
        e->over_ms ? STR("over") : STR("raised"),
        e->watch,
        e->name,
        e->place,
        place >= 0 ? arena_str(j->arena, s->rules->regions.items[place].name) : STR(""),
        e->category,
        category >= 0 ? arena_str(j->arena, s->rules->categories.items[category].name) : STR(""),
        cell_int(j->arena, e->referrals),
        cell_int(j->arena, e->agencies),
        cell_day(j->arena, e->since),
        cell_int(j->arena, e->seen),
        e->expected ? arena_printf(j->arena, "%d.%02d", e->expected / 100, e->expected % 100) : STR(""),
        cell_time(j->arena, e->over_ms),
        cell_time(j->arena, e->closed_ms),
        cell_word(closing_words, e->closing),
        e->who,
    };
    _Static_assert(sizeof(cells) / sizeof(*cells) + 1 == sizeof(alert_columns) / sizeof(*alert_columns), "a cell a column");
    memcpy(row, cells, sizeof(cells));
}

void verb_alert_list(struct clerk *c, struct job *j)
{
    static const struct sheet_column summary[] = {
        {"waiting", "not closed yet", CELL_INTEGER}, {"shown", "shown", CELL_INTEGER}, {NULL, NULL, 0}};
    struct episode_read *rows;
    struct str prefix;
    int64_t waiting;
    int limit, n;
    if (!job_number(j, "limit", LIST_MAX, LIST_DEFAULT, &limit) || !clerk_region(c, j, &prefix) ||
        !clerk_ok(c, j, episode_list(c->db, j->arena, prefix, job_option(j, "all").p != NULL, limit, &rows, &n, &waiting)))
        return;
    struct snapshot *s = publication_get(c->office->publication);
    struct sheet *sheet = sheet_add(&j->sheets, "alerts", "Early warnings, newest first", alert_columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            break;
        fill(j, s, &rows[i], row);
    }
    snapshot_unref(s);
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "summary", "", summary, true));
    if (row) {
        row[0] = cell_int(j->arena, waiting);
        row[1] = cell_int(j->arena, n);
    }
}

static bool alert_named(struct clerk *c, struct job *j, struct episode_read *e)
{
    struct id id;
    bool found;
    if (!id_parse(j->args[0], &id)) {
        job_fail(j, "`" STR_FMT "` is no alert's id; `alert list` shows them", STR_ARG(j->args[0]));
        return false;
    }
    if (!clerk_ok(c, j, episode_find(c->db, j->arena, id, e, &found)))
        return false;
    if (!found)
        job_fail(j, "no alert has the id " STR_FMT "; `alert list --all` shows them", STR_ARG(j->args[0]));
    return found;
}

static void sheet_alert(struct clerk *c, struct job *j, const struct episode_read *e)
{
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "alert", "Early warning", alert_columns, true));
    struct snapshot *s = publication_get(c->office->publication);
    if (row)
        fill(j, s, e, row);
    snapshot_unref(s);
}

void verb_alert_show(struct clerk *c, struct job *j)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"arrived", "arrived", CELL_TEXT},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"agency_ref", "agency's number", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct episode_read e;
    struct episode_member *members;
    int n;
    if (!alert_named(c, j, &e) || !clerk_ok(c, j, episode_members(c->db, j->arena, e.id, &members, &n)))
        return;
    sheet_alert(c, j, &e);
    struct sheet *sheet = sheet_add(&j->sheets, "referrals", "The referrals behind it", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = arena_printf(j->arena, "%s", id_text(members[i].referral, (char[ID_TEXT_SIZE]){0}));
        row[1] = cell_day(j->arena, members[i].day);
        row[2] = members[i].agency;
        row[3] = members[i].agency_ref;
    }
}

static bool closing_named(struct job *j, int *closing)
{
    struct str word = job_option(j, "as");
    *closing = word.p ? word_value(closing_words, word) : 0;
    if (!*closing)
        job_fail(j, "--as takes handled (已处置), known (已知情况) or false-alarm (误报): it stands beside the alert for ever");
    return *closing;
}

void verb_alert_close(struct clerk *c, struct job *j)
{
    struct episode_read e;
    int closing;
    bool done;
    if (!act_operator(j) || !closing_named(j, &closing) || !alert_named(c, j, &e) ||
        !clerk_ok(c, j, episode_close(c->db, e.id, j->request.operator_name, closing, clock_now_ms(), &done)))
        return;
    if (!done) {
        job_fail(j, "this alert was closed before, by " STR_FMT " as %s", STR_ARG(e.who), word_of(closing_words, e.closing));
        return;
    }
    log_event(LOG_INFO, "warning.closed", "an early warning was closed",
              LOG_FIELDS(LOG_S("episode", j->args[0]), LOG_S("watch", e.watch), LOG_Z("as", word_of(closing_words, closing)),
                         LOG_S("who", j->request.operator_name)));
    if (alert_named(c, j, &e))
        sheet_alert(c, j, &e);
}
