/*
 * control_dossier.c - `dossier`: one referral put together for a reviewer, what was decided, what was kept, and its proof
 */
#include "role/control/dossier.h"

#include "base/clock.h"
#include "core/calendar.h"

struct str dossier_organisation(const struct dossier *d, struct str id)
{
    int i = d->now && id.n ? roster_find(&d->now->rules->roster, id) : -1;
    return i >= 0 ? arena_str(d->job->arena, d->now->rules->roster.items[i].name) : STR("");
}

struct str dossier_shown(const struct dossier *d, struct str text)
{
    return str_empty(text) ? STR("") : d->opened ? text : DOSSIER_MASK;
}

static struct str place_name(const struct dossier *d)
{
    int i = d->now ? region_find(&d->now->rules->regions, d->row.docket.place) : -1;
    return i >= 0 ? arena_str(d->job->arena, d->now->rules->regions.items[i].name) : STR("");
}

static struct str category_name(const struct dossier *d)
{
    int i = d->now && d->row.category.n ? category_find(&d->now->rules->categories, d->row.category) : -1;
    return i >= 0 ? arena_str(d->job->arena, d->now->rules->categories.items[i].name) : STR("");
}

static struct str text_content(const struct dossier *d)
{
    return d->erased ? STR("erased") : d->readable ? STR("sealed") : STR("cannot be opened");
}

void dossier_facts(struct dossier *d)
{
    static const struct sheet_column columns[] = {{"referral", "referral", CELL_TEXT},
                                                  {"agency", "agency", CELL_TEXT},
                                                  {"agency_ref", "agency's number", CELL_TEXT},
                                                  {"arrived", "arrived", CELL_TIME},
                                                  {"channel", "channel", CELL_TEXT},
                                                  {"mode", "mode", CELL_TEXT},
                                                  {"place", "place", CELL_TEXT},
                                                  {"place_name", "地区", CELL_TEXT},
                                                  {"category", "category", CELL_TEXT},
                                                  {"category_name", "类别", CELL_TEXT},
                                                  {"claim", "claim", CELL_TEXT},
                                                  {"parties", "parties", CELL_INTEGER},
                                                  {"risk", "risk", CELL_TEXT},
                                                  {"state", "state", CELL_TEXT},
                                                  {"organisation", "organisation", CELL_TEXT},
                                                  {"organisation_name", "组织", CELL_TEXT},
                                                  {"content", "content", CELL_TEXT},
                                                  {"content_sha256", "content hash", CELL_TEXT},
                                                  {"personal", "personal data", CELL_TEXT},
                                                  {"made_by", "made by", CELL_TEXT},
                                                  {"made_at", "made at", CELL_TIME},
                                                  {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    const struct docket_row *k = &d->row.docket;
    struct str *row = sheet_row(&j->sheets, sheet_add(&j->sheets, "facts", "Dossier", columns, true));
    if (!row)
        return;
    const struct str cells[] = {
        case_id_text(a, d->id),
        k->agency,
        k->agency_ref,
        cell_time(a, d->row.arrived_ms),
        cell_word(channel_words, mode_channel(k->mode)),
        cell_word(mode_words, k->mode),
        k->place,
        place_name(d),
        d->row.category,
        category_name(d),
        d->row.has_claim ? case_money(a, d->row.claim_minor, d->row.currency) : STR(""),
        cell_int(a, d->row.parties),
        case_risk(a, d->row.risk),
        cell_word(state_words, k->state),
        k->organisation,
        dossier_organisation(d, k->organisation),
        text_content(d),
        cell_whole_hash(a, d->row.content),
        d->erased ? STR("erased") : d->opened ? STR("opened") : STR("masked"),
        j->request.operator_name,
        cell_time(a, clock_now_ms()),
    };
    memcpy(row, cells, sizeof(cells));
}

/* Who they are only when opened; how many, and as what, always. */
void dossier_parties(struct dossier *d)
{
    static const struct sheet_column columns[] = {
        {"n", "party", CELL_INTEGER},         {"role", "role", CELL_TEXT},      {"kind", "kind", CELL_TEXT},
        {"minor", "minor", CELL_BOOL},        {"foreign", "foreign", CELL_BOOL}, {"name", "name", CELL_TEXT},
        {"identity_kind", "document", CELL_TEXT}, {"identity", "its number", CELL_TEXT}, {"phone", "phone", CELL_TEXT},
        {"address", "address", CELL_TEXT},    {"representative", "represented by", CELL_TEXT},
        {"guardian", "a guardian", CELL_BOOL}, {NULL, NULL, 0}};
    struct job *j = d->job;
    struct arena *a = j->arena;
    struct sheet *sheet = sheet_add(&j->sheets, "parties", "Parties", columns, false);
    for (int i = 0; d->readable && i < d->persons.n; i++) {
        const struct person *p = &d->persons.items[i];
        struct str *row = sheet_row(&j->sheets, sheet);
        if (!row)
            return;
        struct str by = p->representative;
        if (d->opened && p->representative_phone.n)
            by = arena_printf(a, STR_FMT " " STR_FMT, STR_ARG(by), STR_ARG(p->representative_phone));
        const struct str cells[] = {
            cell_int(a, i + 1), cell_word(party_role_words, (int)p->role), cell_word(party_kind_words, (int)p->kind),
            cell_bool(p->minor), cell_bool(p->foreign), dossier_shown(d, p->name),
            cell_word(identity_kind_words, (int)p->identity_kind), dossier_shown(d, p->identity), dossier_shown(d, p->phone),
            dossier_shown(d, p->address_code), dossier_shown(d, by), p->representative.n ? cell_bool(p->guardian) : STR("")};
        memcpy(row, cells, sizeof(cells));
    }
}

/* What was opened in memory for the kinds and roles goes no further unless `opened`. */
static void open_content(struct dossier *d)
{
    d->erased = str_empty(d->row.sealed);
    d->bytes = referral_opened(d->clerk, d->job->arena, d->id, &d->row);
    d->readable = d->bytes.n && persons_read(d->job->arena, d->bytes, calendar_day_of_ms(d->row.arrived_ms), &d->persons);
}

static bool put_together(struct dossier *d)
{
    open_content(d);
    if (!dossier_read_journal(d))
        return false;
    dossier_facts(d);
    dossier_parties(d);
    if (!dossier_texts(d) || !dossier_decisions(d))
        return false;
    if (!dossier_assignments(d))
        return false;
    dossier_deadlines(d);
    dossier_outcome(d);
    dossier_steps(d);
    dossier_proof(d);
    return dossier_reviews(d) && dossier_openings(d);
}

void verb_dossier(struct clerk *c, struct job *j)
{
    struct dossier d = {.clerk = c, .job = j};
    if (!case_named(c, j, &d.id, &d.row) || !dossier_open(&d))
        return;
    d.now = publication_get(c->office->publication);
    bool done = put_together(&d);
    snapshot_unref(d.now);
    if (done && d.check.bad_seq)
        job_fail(j,
                 "the journal of " STR_FMT " is damaged at entry %llu: %s; what this dossier tells from there on is not proven. "
                 "Compare with a backup, and with what the agency holds",
                 STR_ARG(d.head.agency), (unsigned long long)d.check.bad_seq, d.check.fault);
}
