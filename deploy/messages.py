"""What the launcher says in the terminal, by code: Vietnamese first, English second.

The launcher runs before the application and may not load it, so it keeps its own few words.
"""

from __future__ import annotations

MESSAGES: dict[str, tuple[str, str]] = {
    "port_in_use": (
        "Cổng {port} đang được {program} dùng. Hãy dừng chương trình đó, hoặc chạy: "
        "make {mode} PORT={other}",
        "Port {port} is used by {program}. Stop it, or run: make {mode} PORT={other}",
    ),
    "port_not_allowed": (
        "Tài khoản này không được mở cổng {port}. Chọn cổng từ 1024 trở lên, ví dụ PORT=8000.",
        "This account may not open port {port}. Choose 1024 or above, for example PORT=8000.",
    ),
    "host_not_here": (
        "HOST={host} không phải địa chỉ của máy này. Dùng 127.0.0.1 (chỉ máy này) hoặc 0.0.0.0 "
        "(cả mạng nội bộ).",
        "HOST={host} is not an address of this machine. Use 127.0.0.1 (this machine only) or "
        "0.0.0.0 (the local network).",
    ),
    "bad_number": (
        "{name}={value} không hợp lệ: cần một số từ {low} đến {high}.",
        "{name}={value} will not do: a number from {low} to {high} is needed.",
    ),
    "already_running": (
        "Duyệt Clip đang chạy từ thư mục {state}. Hãy dừng bản đó trước (Ctrl-C).",
        "Duyệt Clip is already running from {state}. Stop that one first (Ctrl-C).",
    ),
    "unsafe_directory": (
        "Thư mục {path} không thuộc riêng tài khoản này; hãy xóa nó rồi chạy lại.",
        "{path} does not belong to this account alone; remove it and run again.",
    ),
    "step_failed": (
        "Bước “{step}” không thành công; thông báo ở ngay phía trên.",
        "The step “{step}” failed; its own words are just above.",
    ),
    "web_silent": (
        "Trang web không trả lời sau {seconds} giây. Cuối tệp {log}:",
        "The site did not answer within {seconds} s. The end of {log}:",
    ),
    "supervisor_ended": (
        "Trình quản lý tiến trình đã dừng (mã {status}). Cuối tệp {log}:",
        "The process manager ended (status {status}). The end of {log}:",
    ),
    "ignored_in_demo": (
        "Bản thử không dùng {names}: dữ liệu thử nằm riêng trong {state}.",
        "The demo does not use {names}: its data stay apart in {state}.",
    ),
    "preparing": ("Đang chuẩn bị cơ sở dữ liệu …", "preparing the database …"),
    "preparing_demo": ("Đang chuẩn bị dữ liệu mẫu …", "preparing the sample data …"),
    "starting": ("Đang khởi động …", "starting …"),
    "ready": ("Mở trong trình duyệt: {url}", "open in a browser"),
    "lan": ("Trong mạng nội bộ: {url}", "on the local network"),
    "stop": ("Ctrl-C để dừng. Nhật ký chạy máy: {logs}", "Ctrl-C stops; logs"),
    "stopping": ("Đang dừng …", "stopping …"),
    "stopped": ("Đã dừng.", "stopped."),
}


class Problem(Exception):
    """Something the person who starts the program can put right; ``code`` names the words."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        return words(self.code, **self.params)


def words(code: str, **params: object) -> str:
    """Return both languages on two lines; raise KeyError for an unknown code."""
    return "\n".join(text.format(**params) for text in MESSAGES[code])


def line(code: str, **params: object) -> str:
    """Return both languages on one line."""
    return " / ".join(text.format(**params) for text in MESSAGES[code])
