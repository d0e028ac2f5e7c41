s/^  police:/  polcie:/
