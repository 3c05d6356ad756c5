"""Posting and delivery: what was refused, and where things stand."""

VI = {
    "sign_off_void": "Nội dung đã thay đổi sau khi duyệt nên kết quả duyệt không còn giá trị. "
    "Gửi duyệt lại trước khi đăng.",
    "signed_file_wrong": "Tệp {name} không khớp với nội dung đã duyệt nên không được chuyển đi. "
    "Báo quản trị hệ thống.",
    "file_link_gone": "Liên kết tải tệp đã hết hạn hoặc không đúng.",
    "not_signed": "Clip chưa được duyệt nên chưa có tệp để đăng.",
    "publication_cancelled": "Việc đăng này đã hủy.",
    "already_posted": "Clip đã được xác nhận đăng trên kênh này.",
    "not_a_hook": "Kênh này đăng bằng tay, không có nơi nhận tự động.",
    "hook_disabled": "Nơi nhận của kênh đang tắt. Quản trị hệ thống đặt lại trước khi chuyển.",
    "secret_unreadable": "Không đọc được khóa của nơi nhận. Quản trị hệ thống cần đặt lại.",
    "result_status": "Kết quả phải là một trong: {choices}.",
    "post_url_missing": "Chưa nhập đường dẫn bài đăng.",
    "post_url_form": "Đường dẫn phải bắt đầu bằng http:// hoặc https://.",
    "post_url_elsewhere": "Đường dẫn thuộc {host}, không phải của kênh {expected}. "
    "Kiểm tra lại đường dẫn bài đăng.",
    "publication_state_waiting": "Chờ đăng",
    "publication_state_delivered": "Đã chuyển, chờ đăng",
    "publication_state_failed": "Chưa chuyển được",
    "publication_state_posted": "Đã đăng",
    "publication_state_cancelled": "Đã hủy",
    "publication_mode_hook": "Tự động",
    "publication_mode_by_hand": "Bằng tay",
    "attempt_delivered": "Nơi nhận đã nhận",
    "attempt_refused": "Nơi nhận từ chối",
    "attempt_unreachable": "Không kết nối được",
    "attempt_timeout": "Nơi nhận không trả lời kịp",
    "attempt_gone": "Nơi nhận đã đóng",
    "attempt_blocked": "Địa chỉ hoặc tệp bị chặn",
    "address_not_public": "Địa chỉ nằm trong mạng nội bộ. Muốn dùng thì ghi tên máy vào "
    "HOOK_PRIVATE_HOSTS.",
    "port_not_allowed": "Cổng này không dùng cho nơi nhận.",
}

EN = {
    "sign_off_void": "The content changed after the sign-off, which no longer holds. "
    "Submit it again before posting.",
    "signed_file_wrong": "The file {name} is not what was signed, so it was not sent. "
    "Tell the administrator.",
    "file_link_gone": "This link to a file has ended or is not right.",
    "not_signed": "The clip is not signed, so there are no files to post.",
    "publication_cancelled": "This posting was cancelled.",
    "already_posted": "The clip is already confirmed as posted on this channel.",
    "not_a_hook": "This channel is posted by hand and has no receiver.",
    "hook_disabled": "The receiver of this channel is off. The administrator has to set it again.",
    "secret_unreadable": "The key of the receiver cannot be read. The administrator has to set "
    "the receiver again.",
    "result_status": "The result must be one of: {choices}.",
    "post_url_missing": "The address of the post is missing.",
    "post_url_form": "The address must begin with http:// or https://.",
    "post_url_elsewhere": "The address belongs to {host}, not to the channel {expected}. "
    "Check the address of the post.",
    "publication_state_waiting": "To be posted",
    "publication_state_delivered": "Delivered, to be posted",
    "publication_state_failed": "Not delivered",
    "publication_state_posted": "Posted",
    "publication_state_cancelled": "Cancelled",
    "publication_mode_hook": "By hook",
    "publication_mode_by_hand": "By hand",
    "attempt_delivered": "Received",
    "attempt_refused": "Refused by the receiver",
    "attempt_unreachable": "No connection",
    "attempt_timeout": "No answer in time",
    "attempt_gone": "The receiver is gone",
    "attempt_blocked": "Address or file blocked",
    "address_not_public": "The address lies in a private network. To allow it, put its host into "
    "HOOK_PRIVATE_HOSTS.",
    "port_not_allowed": "This port is not used for receivers.",
}
