"""Words about the picture that stands for a clip."""

VI = {
    "cover": "Ảnh bìa",
    "cover_automatic": "Ảnh tự động",
    "cover_at": "Hình lúc {at}",
    "cover_by": "{person} chọn",
    "cover_choose": "Chọn ảnh bìa",
    "cover_change": "Đổi ảnh bìa",
    "cover_help": (
        "Dừng video ở hình muốn lấy rồi bấm Đặt làm ảnh bìa. Có thể gõ thời điểm, ví dụ 0:12,5."
    ),
    "cover_time": "Thời điểm (phút:giây)",
    "cover_take": "Đặt làm ảnh bìa",
    "cover_back": "Dùng ảnh tự động",
    "cover_frame_back": "Lùi một khung hình",
    "cover_frame_on": "Tới một khung hình",
    "cover_working": "Máy đang cắt ảnh bìa.",
    "cover_not_made": "Chưa cắt được ảnh bìa ở thời điểm này. Chọn hình khác hoặc dùng ảnh tự động.",
    "cover_asked": "Đã chọn ảnh bìa.",
    "cover_dropped": "Đã dùng lại ảnh tự động.",
    "cover_unreadable": "Không đọc được thời điểm. Ghi phút:giây, ví dụ 0:12 hoặc 0:12,5.",
    "cover_beyond": "Clip chỉ dài {length_ms}. Chọn thời điểm trong clip.",
    "cover_pending": "Máy đang cắt ảnh bìa đã chọn. Chờ vài giây rồi bấm lại.",
    "cover_failed": "Chưa cắt được ảnh bìa đã chọn. Chọn hình khác hoặc dùng ảnh tự động, rồi bấm lại.",
    "field_cover": "Ảnh bìa",
    "log.clip:cover:chosen": "chọn ảnh bìa",
    "log.clip:cover:dropped": "dùng lại ảnh bìa tự động",
    "log.step.cover": "cắt ảnh bìa",
    "log.rendition.cover": "ảnh bìa đã chọn",
}

EN = {
    "cover": "Cover picture",
    "cover_automatic": "Automatic picture",
    "cover_at": "The picture at {at}",
    "cover_by": "chosen by {person}",
    "cover_choose": "Choose the cover",
    "cover_change": "Change the cover",
    "cover_help": (
        "Stop the video at the picture you want, then press Make it the cover. A time can be typed"
        " too, such as 0:12.5."
    ),
    "cover_time": "Time (minutes:seconds)",
    "cover_take": "Make it the cover",
    "cover_back": "Use the automatic picture",
    "cover_frame_back": "One frame back",
    "cover_frame_on": "One frame on",
    "cover_working": "The cover is being cut.",
    "cover_not_made": (
        "No cover could be cut there. Choose another picture, or use the automatic one."
    ),
    "cover_asked": "The cover is chosen.",
    "cover_dropped": "The automatic picture is in use again.",
    "cover_unreadable": "The time cannot be read. Write minutes:seconds, such as 0:12 or 0:12.5.",
    "cover_beyond": "The clip is only {length_ms} long. Choose a time within it.",
    "cover_pending": "The chosen cover is being cut. Wait a few seconds and press again.",
    "cover_failed": (
        "The chosen cover could not be cut. Choose another picture or use the automatic one, then"
        " press again."
    ),
    "field_cover": "Cover picture",
    "log.clip:cover:chosen": "chose the cover",
    "log.clip:cover:dropped": "went back to the automatic cover",
    "log.step.cover": "cutting the cover",
    "log.rendition.cover": "the chosen cover",
}
