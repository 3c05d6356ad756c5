"""Words about the copy with the captions in its picture."""

VI = {
    "captioned": "Bản gắn phụ đề vào hình",
    "captioned_help": (
        "Dành cho nơi không hiện được tệp phụ đề, như nhóm Zalo hay màn hình công cộng. Nằm trong"
        " các tệp được duyệt, nên tạo trước khi trình."
    ),
    "captioned_ask": "Tạo bản gắn phụ đề",
    "captioned_again": "Làm lại theo phụ đề mới",
    "captioned_drop": "Bỏ bản này",
    "captioned_watch": "Xem bản gắn phụ đề",
    "captioned_working": "Máy đang gắn phụ đề vào hình.",
    "captioned_there": "Đã có, {size}. Sẽ đăng ra cùng clip.",
    "captioned_old": "Phụ đề đã đổi sau khi tạo bản này. Làm lại, hoặc bỏ bản này.",
    "captioned_not_made": "Chưa gắn được phụ đề vào hình.",
    "captioned_asked": "Đã nhận. Máy đang gắn phụ đề vào hình.",
    "captioned_dropped": "Đã bỏ bản gắn phụ đề.",
    "captioned_no_words": "Clip chưa có dòng phụ đề nào sẽ đăng ra. Nhập phụ đề trước.",
    "captioned_pending": "Máy đang gắn phụ đề vào hình. Chờ xong rồi bấm lại, hoặc bỏ bản gắn phụ đề.",
    "captioned_failed": "Chưa gắn được phụ đề vào hình. Làm lại hoặc bỏ bản gắn phụ đề, rồi bấm lại.",
    "captioned_outdated": (
        "Phụ đề đã đổi, bản gắn phụ đề còn theo lời cũ. Làm lại hoặc bỏ bản đó, rồi bấm lại."
    ),
    "burning_missing": "ffmpeg trên máy chủ không có libass nên chưa gắn được phụ đề vào hình. Báo quản trị hệ thống.",
    "log.reason.burning_missing": "ffmpeg thiếu libass",
    "face_lacks": "Bộ chữ không có các ký tự: {signs}. Sửa lại dòng phụ đề có ký tự đó.",
    "field_captioned": "Bản gắn phụ đề",
    "posting_download_captioned": "Tải bản gắn phụ đề",
    "log.clip:captioned:asked": "cho tạo bản gắn phụ đề",
    "log.clip:captioned:dropped": "bỏ bản gắn phụ đề",
    "log.step.captioned": "gắn phụ đề vào hình",
    "log.rendition.captioned": "bản gắn phụ đề",
    "log.reason.face_lacks": "bộ chữ thiếu ký tự",
}

EN = {
    "captioned": "Copy with the captions in the picture",
    "captioned_help": (
        "For places that show no caption file, such as chat groups and public screens. It is among"
        " the files that are signed, so have it made before sending the clip up."
    ),
    "captioned_ask": "Make the captioned copy",
    "captioned_again": "Make it again with the new captions",
    "captioned_drop": "Drop this copy",
    "captioned_watch": "Watch the captioned copy",
    "captioned_working": "The captions are being drawn into the picture.",
    "captioned_there": "It is there, {size}. It goes out with the clip.",
    "captioned_old": "The captions have changed since. Make it again, or drop this copy.",
    "captioned_not_made": "The captions could not be drawn into the picture.",
    "captioned_asked": "Noted. The captions are being drawn into the picture.",
    "captioned_dropped": "The captioned copy is dropped.",
    "captioned_no_words": "No caption line of this clip goes out. Enter captions first.",
    "captioned_pending": (
        "The captions are being drawn into the picture. Press again when that is done, or drop the"
        " captioned copy."
    ),
    "captioned_failed": (
        "The captions could not be drawn into the picture. Try again or drop the captioned copy,"
        " then press again."
    ),
    "captioned_outdated": (
        "The captions have changed and the captioned copy holds the old words. Make it again or drop"
        " it, then press again."
    ),
    "burning_missing": "The server's ffmpeg has no libass, so captions cannot be drawn. Tell the administrator.",
    "log.reason.burning_missing": "ffmpeg lacks libass",
    "face_lacks": "The face has no signs for: {signs}. Mend the caption line that holds them.",
    "field_captioned": "Captioned copy",
    "posting_download_captioned": "Download the captioned copy",
    "log.clip:captioned:asked": "asked for a captioned copy",
    "log.clip:captioned:dropped": "dropped the captioned copy",
    "log.step.captioned": "drawing captions into the picture",
    "log.rendition.captioned": "the captioned copy",
    "log.reason.face_lacks": "signs that the face lacks",
}
