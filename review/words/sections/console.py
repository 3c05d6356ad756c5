"""What the command line says."""

VI = {
    "person_unknown": "Không có tài khoản {username}.",
    "agency_unknown": "Cần nêu cơ quan bằng --agency, một trong các số: {known}.",
}

EN = {
    "person_unknown": "There is no account {username}.",
    "agency_unknown": "Name the agency with --agency, one of: {known}.",
}
