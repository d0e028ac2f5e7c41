/*
 * control_case.c - `show`: where one referral stands and how it got there; no personal data
 */
#include "role/control/control_parts.h"

#include "core/lifecycle.h"
#include "store/bind.h"
#include "store/reader.h"
#include "wire/journal.h"

enum { MATCHES_MAX = 20 };

static struct str text_id(struct arena *a, struct id id)
{
    char text[ID_TEXT_SIZE];
    return id_is_zero(id) ? STR("") : arena_str(a, str_from(id_text(id, text)));
}

static struct str text_money(struct arena *a, int64_t minor, struct str currency)
{
    return arena_printf(a, "%lld.%02d " STR_FMT, (long long)(minor / 100), (int)(minor % 100),
                        STR_ARG(currency));
}

static struct str text_risk(struct arena *a, int risk)
{
    struct str all = STR("");
    for (const struct word *w = risk_words; w->word; w++)
        if (risk & w->value)
            all = arena_printf(a, STR_FMT "%s%s", STR_ARG(all), all.n ? " " : "", w->word);
    return all;
}

static void sheet_case(struct job *j, struct id id, const struct case_row *r)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"agency_ref", "agency's number", CELL_TEXT},
                                                  {"arrived", "arrived", CELL_TIME},
                                                  {"state", "state", CELL_TEXT},
                                                  {"state_zh", "状态", CELL_TEXT},
                                                  {"due", "due next", CELL_TEXT},
                                                  {"due_at", "due at", CELL_TIME},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"reason", "waits because", CELL_TEXT},
                                                  {"conclusion", "conclusion", CELL_TEXT},
                                                  {"mode", "mode", CELL_TEXT},
                                                  {"place", "place", CELL_TEXT},
                                                  {"category", "category", CELL_TEXT},
                                                  {"claim", "claim", CELL_TEXT},
                                                  {"parties", "parties", CELL_INTEGER},
                                                  {"risk", "risk", CELL_TEXT},
                                                  {"content_sha256", "content hash", CELL_TEXT},
                                                  {"content", "content", CELL_TEXT},
                                                  {"decisions", "decisions", CELL_INTEGER},
                                                  {NULL, NULL, 0}};
    char hex[DIGEST_HEX_SIZE];
    struct arena *a = j->arena;
    const struct docket_row *d = &r->docket;
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "referral", "Referral", columns, true));
    if (!row)
        return;
    const struct str cells[] = {
        text_id(a, id),
        d->agency,
        d->agency_ref,
        cell_time(a, r->arrived_ms),
        cell_word(state_words, d->state),
        str_from(word_zh(state_words, d->state)),
        cell_word(due_words, d->due_kind),
        cell_time(a, d->due_ms),
        d->organisation,
        d->reason,
        cell_word(conclusion_words, r->conclusion),
        cell_word(mode_words, d->mode),
        d->place,
        r->category,
        r->has_claim ? text_money(a, r->claim_minor, r->currency) : STR(""),
        cell_int(a, r->parties),
        text_risk(a, r->risk),
        arena_str(a, str_from(digest_hex(r->content, hex))),
        str_empty(r->sealed) ? STR("erased") : STR("sealed"),
        cell_int(a, d->decisions),
    };
    memcpy(row, cells, sizeof(cells));
}

static const char *status_word(int status)
{
    static const char *const words[] = {
        [ASSIGNMENT_OFFERED] = "offered",     [ASSIGNMENT_ACCEPTED] = "accepted",
        [ASSIGNMENT_DECLINED] = "declined",   [ASSIGNMENT_LAPSED] = "lapsed",
        [ASSIGNMENT_CANCELLED] = "cancelled", [ASSIGNMENT_CONCLUDED] = "concluded",
        [ASSIGNMENT_MOVED] = "moved"};
    return status > 0 && status <= ASSIGNMENT_MOVED ? words[status] : "?";
}

static void sheet_assignments(struct clerk *c, struct job *j, struct id id)
{
    static const struct sheet_column columns[] = {{"assignment", "assignment", CELL_TEXT},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"role", "as", CELL_TEXT},
                                                  {"status", "status", CELL_TEXT},
                                                  {"term", "deliveries", CELL_INTEGER},
                                                  {"respond_by", "respond by", CELL_TIME},
                                                  {"finish_by", "finish by", CELL_TIME},
                                                  {NULL, NULL, 0}};
    struct assignment_row *rows;
    int n;
    if (!clerk_ok(c, j, assignment_list(c->db, j->arena, id, &rows, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "assignments", "Assignments", columns, false);
    for (int i = 0; i < n; i++) {
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        row[0] = text_id(j->arena, rows[i].id);
        row[1] = rows[i].organisation;
        row[2] = rows[i].role == ROLE_PARTNER ? STR("partner") : STR("");
        row[3] = str_from(status_word(rows[i].status));
        row[4] = cell_int(j->arena, rows[i].term);
        row[5] = cell_time(j->arena, rows[i].respond_by_ms);
        row[6] = cell_time(j->arena, rows[i].finish_by_ms);
    }
}

/* What a step says beyond its kind, in one cell. */
static struct str step_detail(struct arena *a, const struct step *s)
{
    struct str all = s->organisation_id;
    const struct {
        bool said;
        const char *key;
        struct str value;
    } parts[] = {
        {!str_empty(s->rule), "rule=", s->rule},
        {!str_empty(s->reason), "reason=", s->reason},
        {s->conclusion != 0, "conclusion=", str_from(word_of(conclusion_words, (int)s->conclusion))},
        {s->agreement_kind != 0,
         "agreement=", str_from(word_of(agreement_kind_words, (int)s->agreement_kind))},
        {s->agreement_minor != 0, "amount=", text_money(a, s->agreement_minor, s->currency)},
        {s->follow_up != 0, "follow-up=", str_from(word_of(follow_up_kind_words, (int)s->follow_up))},
        {!str_empty(s->mediator), "mediator=", s->mediator},
        {s->suspension != 0, "for=", str_from(word_of(suspension_reason_words, (int)s->suspension))},
        {s->agency_action != 0, "agency=", str_from(word_of(agency_action_words, (int)s->agency_action))},
        {s->note != NULL, "note", STR("")},
    };
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (parts[i].said)
            all = arena_printf(a, STR_FMT "%s%s" STR_FMT, STR_ARG(all), all.n ? " " : "", parts[i].key,
                               STR_ARG(parts[i].value));
    return all;
}

static void sheet_steps(struct clerk *c, struct job *j, struct id id)
{
    static const struct sheet_column columns[] = {{"seq", "entry", CELL_INTEGER},
                                                  {"at", "at", CELL_TIME},
                                                  {"step", "step", CELL_TEXT},
                                                  {"zh", "步骤", CELL_TEXT},
                                                  {"state", "state after it", CELL_TEXT},
                                                  {"detail", "detail", CELL_TEXT},
                                                  {"actor", "by", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct journal_entry *entries;
    int n;
    if (!clerk_ok(c, j, journal_of_referral(c->db, j->arena, id, &entries, &n)))
        return;
    struct sheet *sheet = sheet_add(&j->sheets, "steps", "Steps, as in the agency's journal", columns, false);
    for (int i = 0; i < n; i++) {
        struct step s = {0};
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        bool read = step_decode(j->arena, entries[i].body, &s);
        row[0] = cell_int(j->arena, (int64_t)entries[i].seq);
        row[1] = cell_time(j->arena, entries[i].at_ms);
        row[2] = str_from(word_of(step_kind_words, entries[i].kind));
        row[3] = str_from(word_zh(step_kind_words, entries[i].kind));
        row[4] = read ? cell_word(state_words, (int)s.state) : STR("?");
        row[5] = read ? step_detail(j->arena, &s) : STR("the body cannot be read; run `verify`");
        row[6] = s.actor;
    }
}

static void show_one(struct clerk *c, struct job *j, struct id id)
{
    struct case_row r;
    if (!clerk_ok(c, j, case_read(c->db, j->arena, id, &r)))
        return;
    if (!r.found) {
        job_fail(j, "no referral has the id " STR_FMT, STR_ARG(j->args[0]));
        return;
    }
    sheet_case(j, id, &r);
    sheet_assignments(c, j, id);
    if (str_empty(j->sheets.error))
        sheet_steps(c, j, id);
}

/* Several agencies may use the same number: then the ids are told. */
static void show_matches(struct clerk *c, struct job *j, const struct id *ids, int n)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"arrived", "arrived", CELL_TIME},
                                                  {"state", "state", CELL_TEXT},
                                                  {NULL, NULL, 0}};
    struct sheet *sheet = sheet_add(&j->sheets, "matches", "Referrals with this number", columns, false);
    for (int i = 0; i < n; i++) {
        struct case_row r;
        if (!clerk_ok(c, j, case_read(c->db, j->arena, ids[i], &r)))
            return;
        struct str *row = r.found ? sheet_row(&j->sheets, sheet) : NULL;
        if (!row)
            continue;
        row[0] = text_id(j->arena, ids[i]);
        row[1] = r.docket.agency;
        row[2] = cell_time(j->arena, r.arrived_ms);
        row[3] = cell_word(state_words, r.docket.state);
    }
    job_fail(j, "%s%d referrals have this number; show one by its id", n == MATCHES_MAX ? "at least " : "",
             n);
}

struct str referral_opened(const struct clerk *c, struct arena *a, struct id id, const struct case_row *r)
{
    char bound[BIND_SIZE];
    if (str_empty(r->sealed) || !c->office->personal)
        return STR("");
    struct str bytes = unseal(c->office->personal, a, r->sealed, bind_referral(bound, id));
    return bytes.p ? bytes : STR("");
}

void verb_show(struct clerk *c, struct job *j)
{
    struct id id, *ids;
    int n;
    if (id_parse(j->args[0], &id)) {
        show_one(c, j, id);
        return;
    }
    if (!clerk_ok(c, j, case_search(c->db, j->arena, j->args[0], MATCHES_MAX, &ids, &n)))
        return;
    if (n == 1)
        show_one(c, j, ids[0]);
    else if (n > 1)
        show_matches(c, j, ids, n);
    else
        job_fail(j, "no referral has the id or agency's number `" STR_FMT "`", STR_ARG(j->args[0]));
}
