1i working_hours: ["workdays 09:00-12:00", "workdays 13:30-17:00"]
