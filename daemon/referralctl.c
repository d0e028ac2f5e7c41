/*
 * referralctl.c - the command line of the referral router
 */
#include "ctl/command.h"

int main(int argc, char **argv)
{
    return ctl_main(argc, argv);
}
