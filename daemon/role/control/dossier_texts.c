/*
 * dossier_texts.c - free text of a dossier: description, supplements, notes; masked, or opened
 */
#include "role/control/dossier.h"

#include "store/bind.h"
#include "store/dossier.h"

static void add(struct dossier *d, struct sheet *sheet, const char *what, struct str of, struct str text)
{
    struct str *row = text.n ? sheet_row(&d->job->sheets, sheet) : NULL;
    if (!row)
        return;
    row[0] = str_from(what);
    row[1] = of;
    row[2] = text;
}

static void add_content(struct dossier *d, struct sheet *sheet)
{
    const struct persons *p = &d->persons;
    if (!d->readable) {
        add(d, sheet, "summary", STR(""), d->erased ? STR("erased") : STR("cannot be opened"));
        return;
    }
    add(d, sheet, "summary", STR(""), dossier_shown(d, p->summary));
    add(d, sheet, "source-category", STR(""), dossier_shown(d, p->source_category));
    add(d, sheet, "offence", STR(""), dossier_shown(d, p->offence));
    add(d, sheet, "occurred-on", STR(""), dossier_shown(d, p->occurred_on));
    for (int i = 0; i < p->n_attachments; i++)
        add(d, sheet, "attachment", cell_int(d->job->arena, i + 1), dossier_shown(d, p->attachments[i]));
}

static struct str supplement_shown(struct dossier *d, const struct supplement_read *s)
{
    char bound[BIND_LONG_SIZE];
    struct arena *a = d->job->arena;
    struct str text = STR("");
    if (str_empty(s->sealed))
        return STR("erased");
    if (!d->opened)
        return DOSSIER_MASK;
    struct str bytes = d->clerk->office->personal
                           ? unseal(d->clerk->office->personal, a, s->sealed, bind_supplement(bound, d->id, s->ref))
                           : (struct str){NULL, 0};
    return bytes.p && supplement_text(a, bytes, &text) ? text : STR("cannot be opened");
}

/* The text, and below it undisputed facts and conduct that raised costs. */
static struct str note_text(struct arena *a, struct str bytes)
{
    struct note note;
    if (!note_decode(a, bytes, &note))
        return STR("cannot be opened");
    struct str all = note.text;
    for (int i = 0; i < note.n_facts; i++)
        all = arena_printf(a, STR_FMT "%s" STR_FMT, STR_ARG(all), all.n ? "\n" : "", STR_ARG(note.facts[i]));
    return all;
}

static struct str note_shown(struct dossier *d, const struct journal_entry *e)
{
    char bound[BIND_LONG_SIZE];
    struct arena *a = d->job->arena;
    const struct keyring *keys = d->clerk->office->personal;
    if (str_empty(e->note_sealed))
        return STR("erased");
    if (!d->opened)
        return DOSSIER_MASK;
    struct str bytes = {NULL, 0};
    if (keys)
        bytes = unseal(keys, a, e->note_sealed, bind_note(bound, d->head.city, d->head.agency, e->seq));
    return bytes.p ? note_text(a, bytes) : STR("cannot be opened");
}

bool dossier_texts(struct dossier *d)
{
    static const struct sheet_column columns[] = {
        {"what", "what", CELL_TEXT}, {"of", "of", CELL_TEXT}, {"text", "text", CELL_TEXT}, {NULL, NULL, 0}};
    struct job *j = d->job;
    struct supplement_read *supplements;
    int n;
    if (!clerk_ok(d->clerk, j, supplement_list(d->clerk->db, j->arena, d->id, &supplements, &n)))
        return false;
    struct sheet *sheet = sheet_add(&j->sheets, "texts", "Free text", columns, false);
    add_content(d, sheet);
    for (int i = 0; i < n; i++)
        add(d, sheet, "supplement", cell_int(j->arena, (int64_t)supplements[i].seq), supplement_shown(d, &supplements[i]));
    for (int i = 0; i < d->n; i++)
        if (d->steps[i].note)
            add(d, sheet, "note", cell_int(j->arena, (int64_t)d->entries[i].seq), note_shown(d, &d->entries[i]));
    return true;
}
