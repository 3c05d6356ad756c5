"""The statement that a head confirms."""

VI = {
    "sign.statement": "Tôi, {name}, {post}, {agency}, đã xem clip “{title}” (mã {code}, bản "
    "{revision}), xác nhận clip bảo đảm tính chính trị, tính tư tưởng, tính nhân văn, tính dẫn dắt "
    "và định hướng thông tin, và đồng ý đăng, phát đúng nội dung có mã kiểm {digest}.",
    "sign.honest": "Đây là xác nhận điện tử được hệ thống ghi lại, không thay thế chữ ký số "
    "hoặc chữ ký tay.",
    "sign.political_differs": "Nhãn chính trị đã khác với lúc mở trang. Hãy tải lại trang.",
}

EN = {
    "sign.statement": "I, {name}, {post}, {agency}, have viewed the clip “{title}” (code {code}, "
    "version {revision}), confirm its political, ideological, humane and guiding quality, and "
    "agree to the posting of exactly the content with check code {digest}.",
    "sign.honest": "This is an electronic confirmation recorded by the system; it does not replace "
    "a digital or handwritten signature.",
    "sign.political_differs": "The political flag is no longer what the page showed. Reload it.",
}
