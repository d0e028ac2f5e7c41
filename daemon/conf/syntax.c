/*
 * syntax.c - libyaml says where it stopped; the slip is often some lines above. This guesses it.
 */
#include "conf/syntax.h"

#include <yaml.h>

static const struct {
    const char *problem; /* part of libyaml's text */
    const char *cause, *hint;
} explanations[] = {
    {"mapping values are not allowed", "a `:` where no key can stand",
     "is the line above a value already, or this line indented too far? Quote text that holds `: `"},
    {"block sequence entries are not allowed", "a `- ` where no list can stand",
     "a list begins on a line of its own, under its key"},
    {"block collection entries", "a `- ` where no list can stand",
     "inside [ ] write the elements with commas"},
    {"did not find expected '-' indicator", "the list is broken off here",
     "each element begins with `- ` in the same column; check the indentation"},
    {"did not find expected key", "this line does not fit the map it stands in",
     "keys of one map begin in the same column: check the indentation here and above"},
    {"could not find expected ':'", "a key without its `:`",
     "write `key: value` with a space after the colon; or a quote or bracket above is not closed"},
    {"did not find expected ',' or '}'", "a `{` is not closed, or a comma is missing",
     "write {key: value, key: value}"},
    {"did not find expected ',' or ']'", "a `[` is not closed, or a comma is missing",
     "write [one, two, three]"},
    {"found unexpected end of stream", "a quote is not closed before the file ends",
     "close it with the same quote"},
    {"found unexpected document indicator", "a quote is not closed before `---`",
     "close it with the same quote"},
    {"unknown escape character", "in double quotes `\\` has a meaning", "use single quotes, or write `\\\\`"},
    {"did not find expected alphabetic or numeric character", "no value can begin with `*` or `&`",
     "put the value in quotes"},
    {"cannot start any token", "no value can begin with this character", "put the value in quotes"},
    {"did not find expected <document start>", "text after the end of the document",
     "check the indentation here"},
    {"invalid indentation", "the indentation does not fit the lines above", "count the spaces"},
    {"found a tab character", "a tab in the indentation", "use spaces"},
    {"while scanning a directive", "a line that begins with `%`", "put the value in quotes"},
    {"control characters are not allowed", "a character that cannot stand in YAML", "delete it"},
};

/* A tab among the blanks a line begins with: the commonest slip, and libyaml has many names for it. */
static bool tab_in_indent(struct str line, unsigned *col)
{
    for (size_t i = 0; i < line.n && (line.p[i] == ' ' || line.p[i] == '\t'); i++)
        if (line.p[i] == '\t') {
            *col = (unsigned)i + 1;
            return true;
        }
    return false;
}

/* Where the key that a line begins with ends: past blanks, `- ` and the letters of a key. */
static size_t key_end(struct str line)
{
    size_t i = 0;
    while (i < line.n && (line.p[i] == ' ' || line.p[i] == '-'))
        i++;
    while (i < line.n && ((line.p[i] >= 'a' && line.p[i] <= 'z') || line.p[i] == '_'))
        i++;
    return i;
}

/* `channel:court`: read as one word. An address (`tcp://...`) is none. */
static bool colon_without_space(struct str line, unsigned *col)
{
    size_t i = key_end(line);
    *col = (unsigned)i + 1;
    return i > 0 && i + 1 < line.n && line.p[i] == ':' && line.p[i + 1] != ' ' && line.p[i + 1] != '/';
}

/* `channel：court`: the input method was still on. */
static bool full_width_colon(struct str line, unsigned *col)
{
    size_t i = key_end(line);
    *col = (unsigned)i + 1;
    return i + 3 <= line.n && memcmp(line.p + i, FULL_WIDTH_COLON, 3) == 0;
}

/* `name: {name}法院`: a placeholder at the beginning of a value is read as a map. */
static bool brace_then_text(struct str line, unsigned *col)
{
    const char *colon = line.p, *end = line.p + line.n;
    while (colon + 2 < end && memcmp(colon, ": {", 3) != 0)
        colon++;
    if (colon + 2 >= end)
        return false;
    const char *close = memchr(colon, '}', (size_t)(end - colon));
    if (!close || close + 1 == end || strchr(" ,}]\t#", close[1]))
        return false;
    *col = text_columns((struct str){line.p, (size_t)(colon + 2 - line.p)}) + 1;
    return true;
}

static const struct {
    bool (*find)(struct str line, unsigned *col);
    const char *cause, *hint;
} slips[] = {
    {tab_in_indent, "a tab in the indentation", "indent with spaces only"},
    {full_width_colon, "a full-width colon behind a key", "type `:` and a space"},
    {colon_without_space, "a colon without a space behind it", "type a space behind it"},
    {brace_then_text, "a value that begins with `{` is read as a map",
     "put the whole value in double quotes"},
};

/* Looks at the line of the complaint and, since libyaml often notices late, at the line above. */
static bool report_known_slip(struct reading *r, const struct text *t, unsigned line)
{
    unsigned col;
    for (unsigned l = line; l + 1 >= line && l > 0; l--)
        for (size_t i = 0; i < sizeof(slips) / sizeof(*slips); i++)
            if (slips[i].find(text_line(t, l), &col))
                return !reading_error(r, (struct place){t, l, col, 1}, slips[i].hint, "%s", slips[i].cause);
    return false;
}

/* Where to point. For a quote that never ends that is its beginning: libyaml stops at the end of the file. */
static struct place place_of_problem(const struct text *t, const struct yaml_parser_s *p)
{
    if (p->error == YAML_READER_ERROR)
        return text_place(t, p->problem_offset <= t->bytes.n ? p->problem_offset : t->bytes.n, 1);
    bool quote = p->context && strstr(p->context, "quoted scalar");
    yaml_mark_t mark = quote ? p->context_mark : p->problem_mark;
    struct place at = {t, (unsigned)mark.line + 1, (unsigned)mark.column + 1, 1};
    return at.line > t->n_lines ? (struct place){t, t->n_lines, 1, 1} : at;
}

void syntax_report(struct reading *r, const struct text *t, const struct yaml_parser_s *parser)
{
    if (parser->error == YAML_MEMORY_ERROR) {
        reading_full(r);
        return;
    }
    const char *problem = parser->problem ? parser->problem : "not YAML";
    struct place at = place_of_problem(t, parser);
    if (report_known_slip(r, t, at.line))
        return;
    const char *began = NULL;
    if (parser->context_mark.line + 1 < at.line && parser->context)
        began = reading_hint(r, "; what it belongs to began in line %zu", parser->context_mark.line + 1);
    for (size_t i = 0; i < sizeof(explanations) / sizeof(*explanations); i++)
        if (strstr(problem, explanations[i].problem)) {
            reading_error(r, at, explanations[i].hint, "%s%s", explanations[i].cause, began ? began : "");
            return;
        }
    reading_error(r, at, NULL, "not YAML: %s%s", problem, began ? began : "");
}
