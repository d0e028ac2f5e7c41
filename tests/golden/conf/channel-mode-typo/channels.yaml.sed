s/police-civil:/police-civl:/
