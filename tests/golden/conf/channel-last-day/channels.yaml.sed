s/^        name: 委派调解.*/&\n        last_day: next/
