s/finish_within: 15 days/finish_within: soon/
