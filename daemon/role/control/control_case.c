/*
 * control_case.c - `show`: where one referral stands and how it got there; no personal data
 */
#include "role/control/case_find.h"

#include "core/lifecycle.h"
#include "store/bind.h"
#include "store/reader.h"
#include "wire/journal.h"

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
        case_id_text(a, id),
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
        r->has_claim ? case_money(a, r->claim_minor, r->currency) : STR(""),
        cell_int(a, r->parties),
        case_risk(a, r->risk),
        arena_str(a, str_from(digest_hex(r->content, hex))),
        str_empty(r->sealed) ? STR("erased") : STR("sealed"),
        cell_int(a, d->decisions),
    };
    memcpy(row, cells, sizeof(cells));
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
        row[0] = case_id_text(j->arena, rows[i].id);
        row[1] = rows[i].organisation;
        row[2] = rows[i].role == ROLE_PARTNER ? STR("partner") : STR("");
        row[3] = str_from(case_offer_word(rows[i].status));
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
        {s->agreement_minor != 0, "amount=", case_money(a, s->agreement_minor, s->currency)},
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
    struct id id;
    struct case_row r;
    if (!case_named(c, j, &id, &r))
        return;
    sheet_case(j, id, &r);
    sheet_assignments(c, j, id);
    if (str_empty(j->sheets.error))
        sheet_steps(c, j, id);
}
