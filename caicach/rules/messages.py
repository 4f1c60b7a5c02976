"""Every sentence a refusal can say: code → Vietnamese, in one place.

A sentence says what, where, and what to do now. Django translates them where it runs (`gettext_noop` marks them).
"""

from __future__ import annotations

from collections.abc import Mapping


def gettext_noop(text: str) -> str:
    """Marks a text for `makemessages`, which finds it by this name."""
    return text


_ = gettext_noop

SENTENCES: dict[str, str] = {
    # files
    "file.missing": _("Không tìm thấy tệp {name}. Hãy kiểm tra lại đường dẫn."),
    "file.unreadable": _("Không mở được tệp {name}. Hãy kiểm tra quyền đọc tệp."),
    "file.empty": _("Tệp {name} rỗng. Hãy chọn lại tệp kế hoạch."),
    "file.too-large": _("Tệp {name} nặng {size_mib} MiB, quá mức {limit_mib} MiB. Hãy tách hoặc nén nhỏ tệp rồi thử lại."),
    "file.encrypted": _("Tệp {name} có mật khẩu. Hãy gỡ mật khẩu rồi tải lại."),
    "file.broken": _("Tệp {name} bị hỏng, không đọc được. Hãy mở tệp bằng phần mềm soạn thảo, lưu lại rồi thử lại."),
    "file.kind-unknown": _("Không nhận ra loại của tệp {name}. Hãy dùng .docx, .xlsx, .pdf, .txt, .md, .doc, .odt, .png hoặc .jpg."),
    "file.kind-mismatch": _("Tệp {name} mang đuôi {suffix} nhưng nội dung là loại khác ({found}). Hãy lưu lại đúng loại rồi thử lại."),
    "file.macros": _("Tệp {name} có macro nên không được nhận. Hãy lưu lại thành .docx hoặc .xlsx (không macro)."),
    "file.bomb": _("Tệp {name} nén bất thường: bung ra quá lớn nên không được mở."),
    "file.entities": _("Tệp {name} khai báo thực thể XML nên không được mở. Hãy lưu lại bằng phần mềm soạn thảo."),
    "file.too-many-rows": _("Tệp {name} có hơn {limit} dòng bảng. Đây không giống một kế hoạch; hãy chọn lại tệp."),
    "file.too-many-pages": _("Tệp {name} có {pages} trang, quá mức {limit} trang. Hãy tách phần kế hoạch và phụ lục rồi thử lại."),
    "file.no-plan": _("Trong tệp {name} không thấy kế hoạch: không có bảng nhiệm vụ hay chỉ tiêu nào. Hãy chọn tệp có phụ lục nhiệm vụ."),
    "file.timeout": _("Đọc tệp {name} quá {seconds} giây nên đã dừng. Hãy tách nhỏ tệp rồi thử lại."),
    "file.memory": _("Đọc tệp {name} cần quá nhiều bộ nhớ nên đã dừng. Hãy tách nhỏ tệp rồi thử lại."),
    "file.crashed": _("Không đọc được tệp {name}. Hãy mở tệp, lưu lại thành .docx hoặc .pdf rồi thử lại."),
    "tool.tesseract-missing": _("Tệp {name} là bản quét, cần Tesseract để nhận chữ. Hãy cài gói tesseract-ocr và tesseract-ocr-vie."),
    "tool.libreoffice-missing": _("Tệp {name} cần LibreOffice để mở. Hãy cài gói libreoffice-writer-nogui, hoặc lưu lại thành .docx."),
}


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """The Vietnamese sentence of a code, with its facts in it.

    Raises KeyError for a code without a sentence or a sentence without its fact: both are our faults, and a test
    walks all codes to find them.
    """
    return SENTENCES[code].format(**facts)
