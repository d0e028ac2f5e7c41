/*
 * small.h - the smallest configuration that is whole, for tests and for the fuzzer
 */
#ifndef TEST_CONF_SMALL_H
#define TEST_CONF_SMALL_H

#include "core/word.h"

#include <stdio.h>

static const char small_regions[] = "code,kind,name\n"
                                    "32,province,江苏省\n"
                                    "3205,city,苏州市\n"
                                    "320505,county,虎丘区\n"
                                    "320505001,subdistrict,横塘街道\n"
                                    "320505001001,community,横塘社区\n";
static const char small_categories[] = "code,parent,name,aliases\n"
                                       "labour,,劳动争议,\n"
                                       "wages,labour,追索劳动报酬纠纷,欠薪\n";
static const char small_calendar[] = "date,kind,name\n2026-01-01,holiday,元旦\n";
static const char small_organisations[] = "templates:\n"
                                          "  - for_each: {level: village}\n"
                                          "    id: people-{code}\n"
                                          "    name: \"{name}人民调解委员会\"\n"
                                          "    kind: people\n"
                                          "    capacity: 20\n"
                                          "    hub: hub-{county}\n"
                                          "organisations:\n"
                                          "  - id: labour-3205\n"
                                          "    name: 苏州市劳动争议调解委员会\n"
                                          "    kind: labour\n"
                                          "    region: \"3205\"\n"
                                          "    specialities: [labour]\n"
                                          "    capacity: 80\n";

/* Every mode of every channel, 3 workdays and 30 days. `out` has at least 8 KiB. */
static inline const char *small_channels(char *out)
{
    char *p = out + sprintf(out, "channels:\n");
    for (const struct word *c = channel_words; c->word; c++) {
        p += sprintf(p, "  %s:\n    name: %s\n    modes:\n", c->word, c->zh);
        for (const struct word *m = mode_words; m->word; m++)
            if (mode_channel(m->value) == c->value)
                p += sprintf(p, "      %s: {name: %s, respond_within: 3 workdays, finish_within: 30 days}\n",
                             m->word, m->zh);
    }
    return out;
}

#endif
