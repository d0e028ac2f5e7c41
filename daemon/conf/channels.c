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
    int last_day, extension, follow_up_reminders, warn_at_left;
};

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
                            .follow_up_reminders = 3, .warn_at_left = 33};
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
