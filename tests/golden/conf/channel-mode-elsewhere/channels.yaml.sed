s/petition-appeal:/platform-counter:/
