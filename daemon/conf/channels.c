/*
 * channels.c - channels.yaml: the time limits of every mode of referral
 */
#include "conf/hours.h"
#include "conf/lists.h"
#include "conf/shape.h"

#include <stdlib.h>

struct mode_record {
    struct str name, basis;
    struct duration respond_within, finish_within, contact_within, follow_up_within, extend_at_most;
    struct duration second_within, overrun_after;
    uint64_t stops_for, agreements;
    bool report_on_failure;
    int ends[END_LIMIT], otherwise;
    int last_day, extension, follow_up_reminders, warn_at_left;
};

#define END(word, end, what)                                                                                          \
    {word, read_word, offsetof(struct mode_record, ends) + (end) * sizeof(int), OPTIONAL, agency_action_words, .about = what}
static const struct field end_fields[] = {
    END("agreed", CONCLUSION_AGREED, "an agreement was reached"),
    END("settled-withdrawn", CONCLUSION_SETTLED_WITHDRAWN, "the parties settled by themselves"),
    END("unreachable", CONCLUSION_UNREACHABLE, "a party could not be reached"),
    END("unwilling", CONCLUSION_UNWILLING, "a party will not mediate"),
    END("too-far-apart", CONCLUSION_TOO_FAR_APART, "they were too far apart"),
    END("expired", CONCLUSION_EXPIRED, "the time was up"),
    END("refused-to-sign", CONCLUSION_REFUSED_TO_SIGN, "a party would not sign what was agreed"),
    END("other", CONCLUSION_OTHER, "another reason, with text"),
    {"otherwise", read_word, offsetof(struct mode_record, otherwise), OPTIONAL, agency_action_words,
     .about = "any conclusion but agreed and settled-withdrawn that is not named"},
    END("refused", END_REFUSED, "a rule has refused it"),
    END("returned", END_RETURNED, "a person has returned it from the manual queue"),
    END("failed-once", END_FAILED_ONCE, "a first mediation has failed and a second one is possible"),
    END("stopped", END_STOPPED, "it was stopped: a sham is suspected"),
    END("performed", END_PERFORMED, "the agreement was performed"),
    END("breached", END_BREACHED, "it was not performed"),
    END("confirmation-refused", END_CONFIRMATION_REFUSED, "the court has refused to confirm it"),
    END("unfollowed", END_UNFOLLOWED, "nobody has told what became of it"),
    {0},
};
#undef END

enum { LAST_DAY_ROLL = 1, LAST_DAY_KEEP };
static const struct word last_day_words[] = {
    {LAST_DAY_ROLL, "roll", "顺延"}, {LAST_DAY_KEEP, "keep", "不顺延"}, {0}};

enum { EXTENSION_AGREED = 1, EXTENSION_NONE };
static const struct word extension_words[] = {
    {EXTENSION_AGREED, "agreed", "双方同意可延长"}, {EXTENSION_NONE, "none", "不得延长"}, {0}};

static const struct field mode_fields[] = {
    {"name", read_text, offsetof(struct mode_record, name), REQUIRED, .about = "as people know it"},
    {"respond_within", read_duration, offsetof(struct mode_record, respond_within), REQUIRED,
     .about = "to accept or decline"},
    {"finish_within", read_duration, offsetof(struct mode_record, finish_within), REQUIRED,
     .about = "counted from acceptance"},
    {"contact_within", read_duration, offsetof(struct mode_record, contact_within), OPTIONAL,
     .about = "to reach the parties, counted from acceptance; without it nobody asks"},
    {"extension", read_word, offsetof(struct mode_record, extension), OPTIONAL, extension_words,
     .about = "whether the parties may agree on a later end; without it they may"},
    {"extend_at_most", read_duration, offsetof(struct mode_record, extend_at_most), OPTIONAL,
     .about = "how far past the end; without it as far as they agree"},
    {"follow_up_within", read_duration, offsetof(struct mode_record, follow_up_within), OPTIONAL,
     .about = "to tell what became of an agreement; without it an agreement closes the referral"},
    {"follow_up_reminders", read_int, offsetof(struct mode_record, follow_up_reminders), OPTIONAL, .low = 0, .high = 12,
     .about = "how often it is asked for again before the referral is closed without; 3 when not said"},
    {"second_within", read_duration, offsetof(struct mode_record, second_within), OPTIONAL,
     .about = "for a second mediation if the agency asks for it, counted from a first failure; without it there is none"},
    {"overrun_after", read_duration, offsetof(struct mode_record, overrun_after), OPTIONAL,
     .about = "how long past its end it is taken from the organisation and placed anew; without it, never"},
    {"stops_for", read_words, offsetof(struct mode_record, stops_for), OPTIONAL, suspension_reason_words,
     .about = "reasons for which it may be suspended and the time stands still; appraisal when not said"},
    {"agreements", read_words, offsetof(struct mode_record, agreements), OPTIONAL, agreement_kind_words,
     .about = "forms that an agreement may have; without it any"},
    {"report_on_failure", read_bool, offsetof(struct mode_record, report_on_failure), OPTIONAL,
     .about = "whether an end without agreement needs its circumstances and reasons"},
    {"ends", read_fields, 0, OPTIONAL, end_fields, .about = "what each end means to the agency: what it has to do now"},
    {"warn_at_left", read_int, offsetof(struct mode_record, warn_at_left), OPTIONAL, .low = 0, .high = 90,
     .about = "hundredths of the time that are left when it is warned; 0: never; 33 when not said"},
    {"last_day", read_word, offsetof(struct mode_record, last_day), OPTIONAL, last_day_words,
     .about = "whether a deadline on a day off moves to the next workday"},
    {"basis", read_text_any, offsetof(struct mode_record, basis), OPTIONAL,
     .about = "law and article, or that it is a setting of this configuration"},
    {0},
};
static const struct shape mode_shape = {.kind = SHAPE_FIELDS, .name = "mode", .fields = mode_fields};
static const struct shape modes_shape = {
    .kind = SHAPE_KEYED, .words = mode_words, .of = &mode_shape, .part_of = mode_channel};

struct channel_record {
    struct str name;
    const struct node *modes;
};

static const struct field channel_fields[] = {
    {"name", read_text, offsetof(struct channel_record, name), REQUIRED, .about = "as people know it"},
    {"modes", read_node, offsetof(struct channel_record, modes), REQUIRED, .shape = &modes_shape,
     .about = "its modes; each needs its limits"},
    {0},
};
static const struct shape channel_shape = {.kind = SHAPE_FIELDS, .fields = channel_fields};
static const struct shape channels_shape = {
    .kind = SHAPE_KEYED, .words = channel_words, .of = &channel_shape};

struct file_record {
    const struct node *channels;
    struct hours working;
};
static const struct field file_fields[] = {
    {"channels", read_node, offsetof(struct file_record, channels), REQUIRED, .shape = &channels_shape,
     .about = "all channels"},
    {"working_hours", read_hours, offsetof(struct file_record, working), OPTIONAL,
     .about = "when an arrival counts as in working time; without it workdays 09:00-17:00"},
    {0},
};
const struct shape channels_file_shape = {.kind = SHAPE_FIELDS, .fields = file_fields};

/* What words a channel's modes have; all of the table when `channel` is 0. */
static size_t list_words(const struct word *table, int channel, const char **words, size_t max)
{
    size_t n = 0;
    for (const struct word *w = table; w->word && n < max; w++)
        if (channel == 0 || mode_channel(w->value) == channel)
            words[n++] = w->word;
    return n;
}

static bool read_mode(struct reading *r, const struct node *v, int channel)
{
    const char *words[MODE_LIMIT];
    int mode = word_value(mode_words, v->key->text);
    if (!mode || mode_channel(mode) != channel) {
        size_t n = list_words(mode_words, channel, words, MODE_LIMIT);
        const char *hint =
            mode ? reading_hint(r, "move it under `%s`", word_of(channel_words, mode_channel(mode)))
                 : reading_suggest(r, v->key->text, words, n, "docs/configuration.md lists them");
        return reading_error(r, v->key->at, hint, "`" STR_FMT "` is not a mode of channel `%s`",
                             STR_ARG(v->key->text), word_of(channel_words, channel));
    }
    struct mode_record m = {.last_day = LAST_DAY_ROLL, .basis = STR(""), .extension = EXTENSION_AGREED,
                            .follow_up_reminders = 3, .warn_at_left = 33,
                            .stops_for = 1u << SUSPENSION_APPRAISAL, .agreements = ~(uint64_t)0};
    struct mode_policy *p = &r->rs->policies.modes[mode];
    p->present = true; /* even when wrong: it is not missing */
    if (!schema_read(r, v, "a mode", mode_fields, &m))
        return false;
    p->name = m.name;
    p->basis = m.basis;
    p->respond_within = m.respond_within;
    p->finish_within = m.finish_within;
    p->roll = m.last_day == LAST_DAY_ROLL;
    p->contact_within = m.contact_within;
    p->follow_up_within = m.follow_up_within;
    p->follow_up_reminders = m.follow_up_reminders;
    p->extends = m.extension == EXTENSION_AGREED;
    p->extend_at_most = m.extend_at_most;
    p->warn_share = m.warn_at_left;
    p->second_within = m.second_within;
    p->overrun_after = m.overrun_after;
    p->stops_for = m.stops_for;
    p->agreements = m.agreements;
    p->report_on_failure = m.report_on_failure;
    for (int end = 1; end < END_LIMIT; end++) {
        bool without = end > CONCLUSION_SETTLED_WITHDRAWN && end <= CONCLUSION_OTHER;
        p->ends[end] = (enum agency_action)(m.ends[end] ? m.ends[end] : without ? m.otherwise : 0);
    }
    return true;
}

static bool read_channel(struct reading *r, const struct node *v)
{
    const char *words[CHANNEL_COUNT];
    int channel = word_value(channel_words, v->key->text);
    if (!channel) {
        size_t n = list_words(channel_words, 0, words, CHANNEL_COUNT);
        return reading_error(r, v->key->at,
                             reading_suggest(r, v->key->text, words, n,
                                             "one of: court, petition, police, procuratorate, platform"),
                             "`" STR_FMT "` is not a channel", STR_ARG(v->key->text));
    }
    struct channel_record c = {0};
    if (!schema_read(r, v, "a channel", channel_fields, &c) ||
        !node_is(r, c.modes, NODE_MAP, "a map of modes"))
        return false;
    r->rs->policies.channel_names[channel] = c.name;
    bool good = true;
    for (const struct node *m = c.modes->first; m; m = m->next)
        good = m->kind != NODE_BROKEN && read_mode(r, m, channel) && good;
    return good;
}

/* Every mode must be there: a referral in a mode without limits would have no deadline. */
static bool check_missing(struct reading *r, const struct node *channels)
{
    bool good = true;
    for (const struct word *w = mode_words; w->word; w++) {
        if (r->rs->policies.modes[w->value].present)
            continue;
        const char *channel = word_of(channel_words, mode_channel(w->value));
        const struct node *c = node_get(channels, channel);
        good = reading_error(r, node_key_place(c ? c : channels),
                             "every mode must have its limits: a referral in it would have no deadline",
                             "mode `%s` (%s) of channel `%s` is missing", w->word, w->zh, channel);
    }
    return good;
}

static void read_file(struct reading *r, const struct text *t, void *state)
{
    bool *good = state;
    struct file_record file = {0};
    const struct node *root = node_parse(r, t);
    if (!root || !schema_read(r, root, "channels.yaml", file_fields, &file))
        return;
    r->rs->policies.working = file.working;
    const struct node *channels = file.channels;
    if (!node_is(r, channels, NODE_MAP, "a map of channels"))
        return;
    *good = true;
    for (const struct node *c = channels->first; c; c = c->next)
        *good = c->kind != NODE_BROKEN && read_channel(r, c) && *good;
    *good = *good && check_missing(r, channels);
}

void channels_read(struct reading *r)
{
    bool good = false;
    if (reading_files(r, "channels.yaml", read_file, &good) == 0)
        reading_error(r, reading_whole(r, "channels.yaml"),
                      "every mode of every channel needs its time limits", "there is no channels.yaml");
    r->whole.channels = good;
}
