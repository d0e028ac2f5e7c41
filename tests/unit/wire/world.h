/*
 * world.h - a small ruleset, senders and one good referral, for the tests and fuzz targets of wire/
 */
#ifndef TESTS_UNIT_WIRE_WORLD_H
#define TESTS_UNIT_WIRE_WORLD_H

#include "core/peer.h"
#include "core/ruleset.h"
#include "wire/client.h"
#include "wire/limits.h"
#include "wire/referral.h"
#include "wire/request.h"

#include <assert.h>

#define TODAY        "2026-05-20"
#define WORLD_UNUSED __attribute__((unused))

struct world {
    struct arena *arena;
    struct ruleset rules;
    struct peer court, procuratorate, police;
    int32_t today;
    int64_t now_ms;
};

WORLD_UNUSED static struct region *world_regions(struct arena *a, int *n)
{
    static const struct {
        const char *code, *name;
        enum region_kind kind;
    } rows[] = {
        {"32", "江苏省", REGION_PROVINCE},
        {"3205", "苏州市", REGION_CITY},
        {"320505", "虎丘区", REGION_COUNTY},
        {"320505001", "横塘街道", REGION_SUBDISTRICT},
        {"320505001001", "横塘社区", REGION_COMMUNITY},
        {"3201", "南京市", REGION_CITY},
        {"320102", "玄武区", REGION_COUNTY},
    };
    *n = (int)(sizeof(rows) / sizeof(rows[0]));
    struct region *items = ARENA_ARRAY(a, (size_t)*n, struct region);
    for (int i = 0; i < *n; i++) {
        items[i].code = str_from(rows[i].code);
        items[i].name = str_from(rows[i].name);
        items[i].kind = rows[i].kind;
        items[i].level = (enum region_level)region_code_level(items[i].code);
    }
    return items;
}

WORLD_UNUSED static void world_categories(struct arena *a, struct categories *out)
{
    struct category *items = ARENA_ARRAY(a, 2, struct category);
    struct category_name *names = ARENA_ARRAY(a, 5, struct category_name);
    const char *why = NULL;
    items[0] = (struct category){.code = STR("labour"), .name = STR("劳动争议")};
    items[1] = (struct category){
        .code = STR("platform-labour"), .parent_code = STR("labour"), .name = STR("新就业形态劳动纠纷")};
    names[0] = (struct category_name){STR("labour"), 0};
    names[1] = (struct category_name){STR("劳动争议"), 0};
    names[2] = (struct category_name){STR("platform-labour"), 1};
    names[3] = (struct category_name){STR("新就业形态劳动纠纷"), 1};
    names[4] = (struct category_name){STR("骑手纠纷"), 1};
    int bad = categories_build(a, items, 2, names, 5, out, &why);
    assert(bad == -1);
    (void)bad;
}

WORLD_UNUSED static struct peer world_agency(const char *id, enum channel channel)
{
    return (struct peer){.kind = PEER_AGENCY,
                         .id = str_from(id),
                         .name = str_from(id),
                         .channel = channel,
                         .region_code = STR("3205"),
                         .city = 3205,
                         .enrolled = true};
}

WORLD_UNUSED static void world_open(struct world *w)
{
    const char *why = NULL;
    *w = (struct world){.arena = arena_new(0)};
    int n, bad;
    struct region *regions = world_regions(w->arena, &n);
    bad = regions_build(regions, n, &why);
    assert(bad == -1);
    w->rules.regions = (struct regions){regions, n};
    world_categories(w->arena, &w->rules.categories);
    w->court = world_agency("suzhou-court", CHANNEL_COURT);
    w->procuratorate = world_agency("suzhou-procuratorate", CHANNEL_PROCURATORATE);
    w->police = world_agency("suzhou-police", CHANNEL_POLICE);
    bad = !calendar_parse_day(STR(TODAY), &w->today);
    assert(!bad);
    (void)bad;
    w->now_ms = calendar_ms_of_day(w->today) + INT64_C(36000000);
}

WORLD_UNUSED static void world_close(struct world *w)
{
    arena_free(w->arena);
}

/* A referral without a fault; its parties, tags, links and attachments may be changed in place. */
struct sample {
    struct client_referral r;
    struct client_party parties[2];
    struct str tags[2];
    struct client_link links[1];
    struct client_attachment attachments[1];
};

WORLD_UNUSED static void sample_init(struct sample *s)
{
    *s = (struct sample){
        .r = {.channel = CHANNEL_COURT,
              .mode = MODE_COURT_PRE_FILING,
              .agency_ref = STR("(2026)苏0505民诉前调1号"),
              .place_code = STR("320505001001"),
              .category = STR("labour"),
              .source_category = STR("劳动争议"),
              .summary = STR("骑手张某与站点因工伤赔偿发生争议。\n双方愿意调解。"),
              .has_claim = true,
              .claim_minor = 1234500,
              .currency = STR("CNY"),
              .n_parties = 2,
              .n_tags = 2,
              .risk = RISK_GROUP | RISK_SELF_HARM,
              .occurred_on = STR("2026-05-01"),
              .reply_by = STR("2026-06-20"),
              .n_links = 1,
              .n_attachments = 1},
        .parties = {{.role = PARTY_APPLICANT,
                     .kind = PARTY_PERSON,
                     .name = STR("张某"),
                     .identity_kind = IDENTITY_RESIDENT,
                     .identity_number = STR("11010519491231002X"),
                     .phone = STR("+86 512-12345678"),
                     .address_code = STR("110105"),
                     .has_representative = true,
                     .representative = {STR("李某"), STR("13800000000"), false}},
                    {.role = PARTY_RESPONDENT,
                     .kind = PARTY_ENTERPRISE,
                     .name = STR("某配送公司"),
                     .identity_kind = IDENTITY_CREDIT_CODE,
                     .identity_number = STR("91350100M000100Y43")}},
        .tags = {STR("platform-worker"), STR("injury")},
        .links = {{.agency_ref = STR("(2026)苏0505民诉前调0号")}},
        .attachments = {{STR("起诉状.pdf"), STR("https://court.example/a/1"),
                         STR("0123456789abcdef0123456789abcdef")}},
    };
    s->r.parties = s->parties;
    s->r.tags = s->tags;
    s->r.links = s->links;
    s->r.attachments = s->attachments;
}

#endif
