/* decision_log.c - the line about a decision; ids, codes and names of offices only */
#include "role/office/decision_log.h"

#include "base/log.h"

#include <stdio.h>

static const struct {
    const char *event;
    enum log_level level;
} lines[] = {
    [OUTCOME_ASSIGNED] = {"referral.assigned", LOG_INFO},
    [OUTCOME_MANUAL] = {"referral.queued", LOG_WARNING},
    [OUTCOME_REFUSED] = {"referral.refused", LOG_INFO},
};

static void sentence(char *out, size_t size, const struct snapshot *s, const struct peer *sender, const struct referral *r,
                     const struct decision *d, struct str category)
{
    const struct ruleset *rs = s->rules;
    struct str place = rs->regions.items[r->place].name;
    const char *kind = word_zh(mode_words, (int)r->mode);
    switch (d->outcome) {
    case OUTCOME_ASSIGNED:
        snprintf(out, size, STR_FMT " %s " STR_FMT " " STR_FMT " -> " STR_FMT, STR_ARG(sender->name), kind, STR_ARG(place),
                 STR_ARG(category), STR_ARG(rs->roster.items[d->organisation].name));
        break;
    case OUTCOME_MANUAL:
        snprintf(out, size, STR_FMT " %s " STR_FMT " " STR_FMT " -> manual queue (" STR_FMT ")", STR_ARG(sender->name), kind,
                 STR_ARG(place), STR_ARG(category), STR_ARG(d->code));
        break;
    case OUTCOME_REFUSED:
        snprintf(out, size, STR_FMT " %s " STR_FMT " " STR_FMT " -> refused (" STR_FMT ")", STR_ARG(sender->name), kind,
                 STR_ARG(place), STR_ARG(category), STR_ARG(d->code));
        break;
    }
}

void decision_log(const struct snapshot *s, const struct peer *sender, struct id referral, const struct referral *r, const struct decision *d)
{
    const struct ruleset *rs = s->rules;
    const struct rule *rule = d->rule >= 0 ? &rs->rules[d->rule] : NULL;
    struct str category = d->category >= 0 ? rs->categories.items[d->category].name : STR("未分类");
    char message[512], id[ID_TEXT_SIZE], where[256] = "";
    if (!log_wanted(lines[d->outcome].level))
        return;
    sentence(message, sizeof(message), s, sender, r, d, category);
    if (rule)
        snprintf(where, sizeof(where), STR_FMT ":%u", STR_ARG(rule->file), rule->line);
    log_event(lines[d->outcome].level, lines[d->outcome].event, message,
              LOG_FIELDS(LOG_Z("referral", id_text(referral, id)), LOG_S("agency", r->agency), LOG_S("agency_ref", r->agency_ref),
                         LOG_Z("mode", word_of(mode_words, (int)r->mode)), LOG_S("place", rs->regions.items[r->place].code),
                         LOG_S("category", d->category >= 0 ? rs->categories.items[d->category].code : STR("")),
                         LOG_S("rule", rule ? rule->id : STR("")), LOG_Z("at", where),
                         LOG_S("organisation", d->organisation >= 0 ? rs->roster.items[d->organisation].id : STR("")),
                         LOG_S("partner", d->organisation >= 0 && d->partner >= 0 ? rs->roster.items[d->partner].id : STR("")),
                         LOG_S("reason", d->code), LOG_I("candidates", d->n_candidates)));
}
