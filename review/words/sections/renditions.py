"""Words about what is made beside the video, and about what the platforms want."""

VI = {
    "rendition_not_ready": (
        "Máy đang làm tệp tiếng cho cụm loa. Chờ vài phút rồi gửi duyệt, hoặc bỏ chọn kênh loa."
    ),
    "loudspeaker_needs_sound": (
        "Clip không có tiếng nên không phát được trên cụm loa. Bỏ chọn kênh loa rồi gửi duyệt."
    ),
    "extras_failed": "Chưa làm được bản nhẹ, tệp tiếng và ảnh xem nhanh. Clip vẫn xem được.",
    "extras_retry": "Làm lại",
    "light_on": "Bản nhẹ, dành cho đường truyền yếu",
    "light_off": "Bản đầy đủ",
    "light_switch": "Xem bản nhẹ",
    "light_switch_back": "Xem bản đầy đủ",
    "player_keys": "Phím tắt",
    "player_keys_text": (
        "Dấu cách: phát, dừng. ← →: lùi, tới 5 giây. Dấu phẩy, dấu chấm: từng khung hình."
    ),
    "advice_head": "Lưu ý theo kênh",
    "advice_too_long": "{channel}: dài {length}, kênh này nhận tối đa {limit}.",
    "advice_too_short": "{channel}: dài {length}, kênh này nhận ít nhất {limit}.",
    "advice_not_vertical": "{channel}: hình nên dọc 9:16; clip này là {size}.",
    "advice_not_square_or_taller": "{channel}: hình nên vuông hoặc dọc; clip này là {size}.",
    "advice_too_small": "{channel}: hình nên từ {wanted} trở lên; clip này là {size}.",
}

EN = {
    "rendition_not_ready": (
        "The sound for the loudspeakers is being made. Submit in a few minutes, or untick that"
        " channel."
    ),
    "loudspeaker_needs_sound": (
        "The clip has no sound to play over loudspeakers. Untick that channel, then submit."
    ),
    "extras_failed": (
        "The light copy, the sound file and the previews could not be made. The clip plays."
    ),
    "extras_retry": "Try again",
    "light_on": "Light copy, for poor lines",
    "light_off": "Full copy",
    "light_switch": "Play the light copy",
    "light_switch_back": "Play the full copy",
    "player_keys": "Keys",
    "player_keys_text": "Space: play, pause. ← →: 5 seconds back, on. Comma, full stop: one frame.",
    "advice_head": "For the channels",
    "advice_too_long": "{channel}: {length} long; it takes {limit} at most.",
    "advice_too_short": "{channel}: {length} long; it takes {limit} at least.",
    "advice_not_vertical": "{channel}: wants an upright 9:16 picture; this one is {size}.",
    "advice_not_square_or_taller": "{channel}: wants a square or upright picture; this is {size}.",
    "advice_too_small": "{channel}: wants {wanted} or more; this one is {size}.",
}
