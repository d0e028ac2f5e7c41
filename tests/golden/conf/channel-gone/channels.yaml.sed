/^  procuratorate:/,/finish_within: 30 days/d
