/*
 * shape.c - the shapes that readers have by themselves
 */
#include "conf/shape.h"
#include "conf/define.h"
#include "conf/hours.h"
#include "conf/organisations.h"
#include "conf/rules.h"
#include "conf/sorted.h"
#include "conf/template.h"

#define SLUG     "[a-z0-9]+(-[a-z0-9]+)*"
#define CATEGORY "[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
#define REGION   "[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?"

const struct shape text_shape = {.kind = SHAPE_TEXT};
const struct shape text_any_shape = {.kind = SHAPE_TEXT, .pattern = ""};
const struct shape slug_shape = {.kind = SHAPE_TEXT, .pattern = "^" SLUG "$"};
const struct shape slugs_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &slug_shape, .least = 1};
const struct shape slug_list_shape = {.kind = SHAPE_LIST, .of = &slug_shape};
const struct shape texts_shape = {.kind = SHAPE_LIST, .of = &text_shape};
const struct shape word_shape = {.kind = SHAPE_WORD};
const struct shape words_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &word_shape, .least = 1};
const struct shape word_list_shape = {.kind = SHAPE_LIST, .of = &word_shape};
const struct shape region_shape = {.kind = SHAPE_TEXT,
                                   .about = "a division code of 2, 4, 6, 9 or 12 digits, in quotes",
                                   .pattern = "^" REGION "$"};
const struct shape category_shape = {
    .kind = SHAPE_TEXT, .about = "a code of categories/*.csv", .pattern = "^" CATEGORY "$"};
const struct shape categories_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &category_shape, .least = 1};

static const struct shape bool_shape = {.kind = SHAPE_BOOL};
static const struct shape true_shape = {.kind = SHAPE_TRUE};
static const struct shape int_shape = {.kind = SHAPE_INT};
static const struct shape yuan_shape = {.kind = SHAPE_YUAN};
const struct shape duration_shape = {.kind = SHAPE_TEXT,
                                            .about = "3 workdays, 30 days, 2 months",
                                            .pattern = "^[1-9][0-9]{0,3} (workday|day|month)s?$"};
/* Texts of templates. What stands between braces is a placeholder of template.c. */
#define PLACEHOLDER "\\{(code|name|city|county|town|city_name|county_name|town_name)\\}"
static const struct shape pattern_shape = {.kind = SHAPE_TEXT, .pattern = "^([^{]|" PLACEHOLDER ")+$"};
static const struct shape pattern_list_shape = {.kind = SHAPE_LIST, .of = &pattern_shape};
const struct shape pattern_slug_shape = {.kind = SHAPE_TEXT, .pattern = "^([a-z0-9-]|" PLACEHOLDER ")+$"};

static const struct shape days_shape = {.kind = SHAPE_TEXT,
                                        .about = "30 days, 2 months (of 30 days), 1 year (365 days)",
                                        .pattern = "^[1-9][0-9]{0,4} (day|month|year)s?$"};
static const struct shape day_shape = {
    .kind = SHAPE_TEXT, .about = "as in 2026-05-01", .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"};
const struct shape moment_shape = {.kind = SHAPE_TEXT,
                                   .about = "as in 2026-05-01 10:30",
                                   .pattern = "^[0-9]{4}-[0-9]{2}-[0-9]{2} ([01][0-9]|2[0-3]):[0-5][0-9]$"};
static const struct shape fields_shape = {.kind = SHAPE_FIELDS};
static const struct shape regions_shape = {.kind = SHAPE_ONE_OR_LIST, .of = &region_shape, .least = 1};
static const struct shape region_list_shape = {.kind = SHAPE_LIST, .of = &region_shape, .least = 1};
static const struct shape category_list_shape = {.kind = SHAPE_LIST, .of = &category_shape, .least = 1};
static const struct shape category_name_shape = {.kind = SHAPE_TEXT,
                                                 .about = "a category's code, name or alias"};

static const struct {
    field_reader *read;
    const struct shape *shape;
} readers[] = {
    {read_text, &text_shape},
    {read_text_any, &text_any_shape},
    {read_slug, &slug_shape},
    {read_bool, &bool_shape},
    {read_true, &true_shape},
    {read_int, &int_shape},
    {read_yuan, &yuan_shape},
    {read_duration, &duration_shape},
    {read_days, &days_shape},
    {read_day, &day_shape},
    {read_moment, &moment_shape},
    {read_word, &word_shape},
    {read_words, &words_shape},
    {read_flags, &word_list_shape},
    {read_texts, &texts_shape},
    {read_slugs, &slugs_shape},
    {read_slug_list, &slug_list_shape},
    {read_fields, &fields_shape},
    {read_region, &region_shape},
    {read_regions, &regions_shape},
    {read_region_list, &region_list_shape},
    {read_category, &category_shape},
    {read_categories, &categories_shape},
    {read_category_list, &category_list_shape},
    {read_category_name, &category_name_shape},
    {read_sorted_slugs, &slug_list_shape},
    {read_credit_code, &credit_code_shape},
    {read_credit_codes, &credit_codes_shape},
    {read_hours, &hours_shape},
    {read_organisation, &slug_shape},
    {read_organisations, &slugs_shape},
    {read_organisation_list, &slug_list_shape},
    {read_for_each, &for_each_shape},
    {read_regions_or_set, &regions_or_set_shape},
    {read_categories_or_set, &categories_or_set_shape},
    {read_organisations_or_set, &slugs_or_set_shape},
    {read_pattern, &pattern_shape},
    {read_pattern_list, &pattern_list_shape},
    {read_conditions, &conditions_shape},
};

const struct shape *field_shape(const struct field *f)
{
    if (f->shape)
        return f->shape;
    for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
        if (readers[i].read == f->read)
            return readers[i].shape;
    return NULL;
}
