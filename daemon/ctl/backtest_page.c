#include "ctl/backtest_report.h"
bool backtest_page(const struct backtest_lists *l, const char *path)
{
    (void)l;
    (void)path;
    return true;
}
