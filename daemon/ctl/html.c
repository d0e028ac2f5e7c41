/*
 * html.c - the page's frame, its style, tiles and tables
 */
#include "ctl/html.h"

#include <inttypes.h>

enum { WIDE = 9 }; /* more columns than these are set smaller */

static const char style[] =
    ":root{--ink:#1f2933;--soft:#5f6c7b;--line:#dfe5ec;--paper:#fff;--ground:#f4f6f9;--then:#9fb3c8;--now:#2467a8;"
    "--wish:#f0b45c;--limit:#b3261e;--manual:#d98324;--refused:#b84a4a;--same:#7a9e87;"
    "--q0:#e4eef9;--q1:#bcd6ef;--q2:#86b4de;--q3:#2f6fae;--q4:#174a84;--i0:#1f2933;--i1:#1f2933;--i2:#14202b;--i3:#fff;--i4:#fff;"
    "color-scheme:light dark}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--ink:#e3e8ee;--soft:#a3b0be;--line:#34404d;--paper:#1c242d;--ground:#12181f;"
    "--then:#5d7893;--now:#6aa9e6;--wish:#c98a2d;--limit:#ff7b72;"
    "--q0:#22364b;--q1:#2b5078;--q2:#3a6ea3;--q3:#82b5e3;--q4:#cfe4f8;--i0:#e8eef4;--i1:#eef3f8;--i2:#fff;--i3:#0d1720;--i4:#0d1720}}\n"
    "*{box-sizing:border-box}\n"
    "body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.6 'Noto Sans CJK SC','Source Han Sans SC','PingFang SC',"
    "'Microsoft YaHei',system-ui,sans-serif}\n"
    "main{max-width:1120px;margin:0 auto;padding:32px 24px 64px}\n"
    "header{margin-bottom:24px}\n"
    "h1{font-size:28px;line-height:1.3;margin:0}\n"
    "h1 small,h2 small{font-weight:400;color:var(--soft);margin-left:.6em}\n"
    "h1 small{font-size:18px}h2 small{font-size:14px}\n"
    "h2{font-size:19px;margin:0 0 14px}\n"
    "section{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:22px 24px;margin:0 0 20px}\n"
    "p{margin:0 0 12px;color:var(--soft)}\n"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 18px;margin:14px 0 0}\n"
    "dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}\n"
    ".tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(220px,1fr));gap:12px;margin-bottom:20px}\n"
    ".tile{background:var(--paper);border:1px solid var(--line);border-radius:10px;padding:14px 16px}\n"
    ".tile b{display:block;font-size:26px;line-height:1.25;font-variant-numeric:tabular-nums}\n"
    ".tile.strong b{color:var(--now)}\n"
    ".tile span{display:block;color:var(--soft);font-size:13px}\n"
    ".scroll{overflow-x:auto}\n"
    "table{border-collapse:collapse;width:100%;font-size:14px}\n"
    "th,td{padding:6px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}\n"
    "th{color:var(--soft);font-weight:500;white-space:nowrap}\n"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
    "tr:last-child td{border-bottom:0}\n"
    "table.wide{font-size:12.5px}.wide th,.wide td{padding:5px 6px}.wide th{white-space:normal;word-break:keep-all;vertical-align:bottom}\n"
    ".wide td:not(.n){min-width:7em}.wide td:nth-child(2){min-width:15em}\n"
    "svg{display:block;width:100%;height:auto}\n"
    "svg text{font-family:inherit;font-size:13px;fill:var(--ink)}\n"
    "svg .soft{fill:var(--soft)}svg .small{font-size:12px}\n"
    "svg .axis{stroke:var(--line)}\n"
    ".then{fill:var(--then)}.now{fill:var(--now)}.manual{fill:var(--manual)}.refused{fill:var(--refused)}.same{fill:var(--same)}\n"
    ".wish{fill:var(--wish);fill-opacity:.45}.limit{stroke:var(--limit);stroke-width:2}\n"
    ".flow{fill-opacity:.38}.flow:hover{fill-opacity:.7}\n"
    ".c0{fill:#2f6f9f}.c1{fill:#d98324}.c2{fill:#5b8c5a}.c3{fill:#a65d8c}.c4{fill:#7b6cb3}.c5{fill:#2a9d8f}.c6{fill:#c2a83e}"
    ".c7{fill:#8d6e57}.c8{fill:#5f7fbf}.c9{fill:#9aa84f}.c10{fill:#b56576}.c11{fill:#7a8793}\n"
    ".inside{fill:#fff}\n"
    ".q0{fill:var(--q0)}.q1{fill:var(--q1)}.q2{fill:var(--q2)}.q3{fill:var(--q3)}.q4{fill:var(--q4)}"
    "rect.none{fill:var(--ground);stroke:var(--line);stroke-dasharray:4 3}rect.inset{stroke:var(--paper);stroke-width:2.5}\n"
    "svg .i0{fill:var(--i0)}svg .i1{fill:var(--i1)}svg .i2{fill:var(--i2)}svg .i3{fill:var(--i3)}svg .i4{fill:var(--i4)}\n"
    "svg .big{font-size:22px;font-weight:600;font-variant-numeric:tabular-nums}svg .figure{font-size:15px;font-weight:600}\n"
    ".choice{display:flex;flex-wrap:wrap;gap:6px}.choice input{position:absolute;opacity:0}\n"
    ".choice label{border:1px solid var(--line);border-radius:999px;padding:2px 12px;font-size:13px;cursor:pointer}\n"
    ".choice>div{display:none;order:1;width:100%;padding-top:10px}.choice input:checked+label+div{display:block}\n"
    ".choice input:checked+label{background:var(--now);border-color:var(--now);color:var(--paper)}\n"
    ".choice input:focus-visible+label{outline:2px solid var(--now);outline-offset:2px}\n"
    "@page{size:A4;margin:14mm 12mm}\n"
    "@media print{body{background:#fff;font-size:12px}main{padding:0;max-width:none}section,.tile{border-color:#bbb}section{padding:12px 14px}"
    ".tile,tr,svg{break-inside:avoid}h2{break-after:avoid}thead{display:table-header-group}.scroll{overflow:visible}"
    "table{font-size:10.5px}th,td{padding:4px 5px}.tile b{font-size:18px}.tiles{grid-template-columns:repeat(auto-fit,minmax(110px,1fr))}}\n";

/* U+FFFD for what XML 1.0 does not allow. */
void html_text(FILE *out, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c == '&')
            fputs("&amp;", out);
        else if (c == '<')
            fputs("&lt;", out);
        else if (c == '>')
            fputs("&gt;", out);
        else if (c == '"')
            fputs("&quot;", out);
        else if (c < 0x20 && c != '\n' && c != '\t')
            fputs("\xEF\xBF\xBD", out);
        else
            fputc(c, out);
    }
}

static void put(FILE *out, const char *z)
{
    html_text(out, str_from(z));
}

char *html_number(int64_t v, char out[HTML_NUMBER_SIZE])
{
    char digits[24];
    int n = snprintf(digits, sizeof(digits), "%" PRIu64, v < 0 ? -(uint64_t)v : (uint64_t)v), at = 0;
    if (v < 0)
        out[at++] = '-';
    for (int i = 0; i < n; i++) {
        if (i > 0 && (n - i) % 3 == 0)
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
    return out;
}

void html_begin(FILE *out, const char *zh, const char *en)
{
    fputs("<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>",
          out);
    put(out, zh);
    fputs("</title>\n<style>\n", out);
    fputs(style, out);
    fputs("</style>\n</head>\n<body>\n<main>\n<header>\n<h1>", out);
    put(out, zh);
    fputs("<small>", out);
    put(out, en);
    fputs("</small></h1>\n</header>\n", out);
}

void html_end(FILE *out)
{
    fputs("</main>\n</body>\n</html>\n", out);
}

void html_section(FILE *out, const char *zh, const char *en)
{
    fputs("<section>\n<h2>", out);
    put(out, zh);
    fputs("<small>", out);
    put(out, en);
    fputs("</small></h2>\n", out);
}

void html_section_end(FILE *out)
{
    fputs("</section>\n", out);
}

void html_note(FILE *out, const char *text)
{
    fputs("<p>", out);
    put(out, text);
    fputs("</p>\n", out);
}

void html_facts(FILE *out, const struct html_fact *facts, size_t n)
{
    fputs("<dl>\n", out);
    for (size_t i = 0; i < n; i++) {
        fputs("<dt>", out);
        put(out, facts[i].what);
        fputs("</dt><dd>", out);
        html_text(out, facts[i].value);
        fputs("</dd>\n", out);
    }
    fputs("</dl>\n", out);
}

void html_tiles(FILE *out, const struct html_tile *tiles, size_t n)
{
    fputs("<div class=\"tiles\">\n", out);
    for (size_t i = 0; i < n; i++) {
        const struct html_tile *t = &tiles[i];
        fprintf(out, "<div class=\"tile%s\"><span>", t->strong ? " strong" : "");
        put(out, t->zh);
        fputs("</span><b>", out);
        html_text(out, t->value);
        fputs("</b><span>", out);
        html_text(out, t->note.n ? t->note : str_from(t->en));
        fputs("</span></div>\n", out);
    }
    fputs("</div>\n", out);
}

/* A whole number grouped; anything else as it is. */
static void put_number(FILE *out, struct str s)
{
    char text[HTML_NUMBER_SIZE];
    int64_t v = 0;
    size_t i = 0;
    for (; i < s.n && i < 18 && s.p[i] >= '0' && s.p[i] <= '9'; i++)
        v = v * 10 + (s.p[i] - '0');
    html_text(out, s.n && i == s.n ? str_from(html_number(v, text)) : s);
}

void html_table(FILE *out, const struct html_column *columns, size_t n_columns, const struct str *cells, size_t n_rows)
{
    if (n_rows == 0) {
        html_note(out, "无 · none");
        return;
    }
    fprintf(out, "<div class=\"scroll\"><table%s>\n<thead><tr>", n_columns > WIDE ? " class=\"wide\"" : "");
    for (size_t i = 0; i < n_columns; i++) {
        fputs(columns[i].number ? "<th class=\"n\">" : "<th>", out);
        put(out, columns[i].head);
        fputs("</th>", out);
    }
    fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t r = 0; r < n_rows; r++) {
        fputs("<tr>", out);
        for (size_t i = 0; i < n_columns; i++) {
            struct str cell = cells[r * n_columns + i];
            fputs(columns[i].number ? "<td class=\"n\">" : "<td>", out);
            if (columns[i].number)
                put_number(out, cell);
            else
                html_text(out, cell);
            fputs("</td>", out);
        }
        fputs("</tr>\n", out);
    }
    fputs("</tbody>\n</table></div>\n", out);
}
