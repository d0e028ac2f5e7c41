s/respond_within: 5 workdays/respond_within: 5 working days/;s/finish_within: 15 days/finish_within: 0 days/;s/finish_within: 7 days/finish_within: 7/
