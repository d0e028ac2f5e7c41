1i working_hours: ["workdays 09:00-12:00", "workdays 26:00-17:00"]
