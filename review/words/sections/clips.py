"""What is unusual about a file that was not taken."""

VI = {
    "network_fence_missing": "Máy chủ này không tách được mạng khỏi chương trình xử lý video; chỉ danh sách giao thức cho phép chặn việc truy cập mạng.",
    "container_not_allowed": "Không nhận tệp {container}. Hãy xuất lại clip dạng MP4 (H.264) rồi tải lên.",
    "too_complex": "Tệp có quá nhiều rãnh hoặc khung hình so với một clip bình thường. Hãy xuất lại clip dạng MP4 chỉ gồm một hình và một tiếng.",
}

EN = {
    "network_fence_missing": "This system does not let the video programs be cut off from the network; only the list of allowed protocols keeps them from it.",
    "container_not_allowed": "{container} files are not taken. Export the clip as MP4 (H.264) and upload it.",
    "too_complex": "The file holds far more tracks or frames than a clip has. Export it again as MP4 with one picture and one sound track.",
}
