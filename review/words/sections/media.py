"""What is wrong with a file, or with the tools that should work on it, and what to do."""

VI = {
    "empty_file": "Tệp rỗng. Hãy xuất lại clip rồi tải lên.",
    "not_a_video": "Đây không phải tệp video. Hãy chọn tệp MP4 hoặc MOV.",
    "no_video_track": "Tệp chỉ có tiếng, không có hình. Hãy chọn tệp video.",
    "damaged": "Tệp bị hỏng hoặc thiếu đoạn cuối. Hãy xuất lại clip rồi tải lên.",
    "too_long": "Clip dài {duration_ms}, quá mức cho phép {max_ms}. Hãy cắt ngắn rồi tải lên.",
    "codec_not_allowed": "Kiểu nén {codec} không dùng được. Hãy xuất lại clip dạng MP4 (H.264).",
    "picture_too_large": "Khung hình {width}×{height} quá lớn. Hãy xuất lại ở 1080p.",
    "picture_too_small": "Khung hình {width}×{height} quá nhỏ, không xem được.",
    "upload_too_large": "Tệp lớn hơn mức cho phép {max_bytes}. Hãy xuất lại với dung lượng nhỏ "
    "hơn; những gì đã lưu vẫn còn nguyên.",
    "disk_full": "Máy chủ gần hết chỗ trống nên chưa nhận được tệp. Báo quản trị hệ thống; "
    "những gì đã lưu vẫn còn nguyên.",
    "file_missing": "Không tìm thấy tệp trên máy chủ. Báo quản trị hệ thống.",
    "file_changed": "Tệp trên máy chủ không còn đúng như lúc nhận nên không được dùng. "
    "Báo ngay quản trị hệ thống.",
    "ffmpeg_failed": "Chương trình xử lý video báo lỗi ở bước này.",
    "ffmpeg_timeout": "Xử lý video quá {seconds} giây nên đã dừng.",
    "no_progress": "Việc xử lý video đứng yên {seconds} giây nên đã dừng.",
    "ffmpeg_missing": "Máy chủ chưa cài ffmpeg. Báo quản trị hệ thống.",
    "output_wrong": "Bản phát tạo ra không đạt kiểm tra nên bị bỏ. Bấm Thử lại.",
    "tonemap_missing": "Máy chủ chưa chuyển được video HDR. Hãy tắt HDR khi quay hoặc xuất lại clip "
    "dạng thường.",
    "speech_model_missing": "Máy chủ chưa có mô hình nhận dạng lời nói {model}. "
    "Có thể gõ lời ngay trên trang clip.",
    "speech_language_unknown": "Máy chưa nhận dạng được ngôn ngữ này. "
    "Có thể gõ lời ngay trên trang clip.",
    "speech_engine_missing": "Máy chủ chưa cài bộ nhận dạng {engine}. "
    "Có thể gõ lời ngay trên trang clip.",
    "speech_failed": "Máy chưa nhận dạng được lời trong clip. Có thể gõ lời ngay trên trang clip.",
}

EN = {
    "empty_file": "The file is empty. Export the clip again and upload it.",
    "not_a_video": "This is not a video file. Choose an MP4 or MOV file.",
    "no_video_track": "The file has sound only, no pictures. Choose a video file.",
    "damaged": "The file is damaged or its end is missing. Export the clip again and upload it.",
    "too_long": "The clip runs {duration_ms}, longer than the {max_ms} allowed. Cut it shorter.",
    "codec_not_allowed": "The codec {codec} cannot be used. Export the clip as MP4 (H.264).",
    "picture_too_large": "The picture of {width}×{height} is too large. Export at 1080p.",
    "picture_too_small": "The picture of {width}×{height} is too small to watch.",
    "upload_too_large": "The file is larger than the {max_bytes} allowed. Export a smaller one; "
    "what was saved is still there.",
    "disk_full": "The server is almost out of space and could not take the file. Tell the "
    "administrator; what was saved is still there.",
    "file_missing": "The file is not on the server. Tell the administrator.",
    "file_changed": "The file on the server is no longer what was received, so it is not used. "
    "Tell the administrator at once.",
    "ffmpeg_failed": "The video program failed at this step.",
    "ffmpeg_timeout": "The video took more than {seconds} seconds and was stopped.",
    "no_progress": "The video stood still for {seconds} seconds and was stopped.",
    "ffmpeg_missing": "ffmpeg is not installed on the server. Tell the administrator.",
    "output_wrong": "The file that was made failed its check and was dropped. Press Retry.",
    "tonemap_missing": "The server cannot convert HDR video. Switch HDR off when filming, or "
    "export the clip as standard video.",
    "speech_model_missing": "The speech model {model} is not on the server. "
    "The words can be typed on the clip's page.",
    "speech_language_unknown": "This language cannot be heard by the machine. "
    "The words can be typed on the clip's page.",
    "speech_engine_missing": "The speech engine {engine} is not installed. "
    "The words can be typed on the clip's page.",
    "speech_failed": "The words could not be heard; they can be typed on the clip's page.",
}
