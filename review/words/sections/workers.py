"""How processing goes on and how it ends badly: steps, reasons, and what a person can do."""

VI = {
    "step.probe": "Kiểm tra tệp",
    "step.transcode": "Tạo bản phát",
    "step.transcribe": "Nhận dạng lời nói",
    "step.deliver": "Gửi tới kênh",
    "progress.percent": "Đã xong {percent} %",
    "progress.windows": "Đã nghe {done}/{total} đoạn",
    "progress.unknown": "Chưa rõ tiến độ. Việc xử lý không phụ thuộc vào phần hiển thị này.",
    "progress.beat": "Máy báo còn làm việc cách đây {seconds} giây.",
    "step_failed": "Máy không xử lý được tệp này. Tệp gốc còn nguyên: "
    "bấm Thử lại, hoặc tải lên tệp khác.",
    "step_failed_too_often": "Máy đã thử {attempts} lần mà chưa xong. Tệp gốc còn nguyên: "
    "bấm Thử lại, nếu vẫn lỗi thì báo quản trị hệ thống.",
    "step_crashed": "Chương trình xử lý gặp lỗi ({detail}).",
    "step_running": "Bước này đang được xử lý, chưa cần thử lại.",
    "step_not_retryable": "Bước này không bị lỗi nên không cần thử lại.",
    "lease_expired": "Tiến trình xử lý đã dừng giữa chừng.",
    "job_hung": "Việc xử lý không tiến triển trong {seconds} giây nên đã bị dừng.",
    "revision_not_probed": "Tệp chưa được kiểm tra.",
    "speech_no_audio": "Clip không có tiếng nên không có lời thoại để nhận dạng.",
}

EN = {
    "step.probe": "Checking the file",
    "step.transcode": "Making the publication file",
    "step.transcribe": "Listening to the speech",
    "step.deliver": "Sending to the channel",
    "progress.percent": "{percent} % done",
    "progress.windows": "{done} of {total} windows heard",
    "progress.unknown": "Progress unknown. The work does not depend on this display.",
    "progress.beat": "The worker last reported {seconds} seconds ago.",
    "step_failed": "This file could not be processed. The original is safe: retry, or upload "
    "another file.",
    "step_failed_too_often": "Tried {attempts} times without success. The original is safe: retry, "
    "and if it fails again, tell the administrator.",
    "step_crashed": "The processing program failed ({detail}).",
    "step_running": "This step is being worked on; no retry is needed.",
    "step_not_retryable": "This step did not fail, so there is nothing to retry.",
    "lease_expired": "The worker process stopped half-way.",
    "job_hung": "The work made no progress for {seconds} seconds and was stopped.",
    "revision_not_probed": "The file has not been checked yet.",
    "speech_no_audio": "The clip has no sound, so there is no speech to listen to.",
}
