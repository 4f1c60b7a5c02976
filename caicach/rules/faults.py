"""An operating system's reason in everyday words, for the faults that people meet."""

from __future__ import annotations

import errno

_WORDS = {
    errno.ENOSPC: "đĩa đã đầy",
    errno.EDQUOT: "hết chỗ được dùng trên đĩa",
    errno.EFBIG: "đĩa đã đầy hoặc tệp quá lớn",
    errno.EIO: "đĩa hỏng hoặc đã bị rút ra",
    errno.EACCES: "không có quyền ghi",
    errno.EPERM: "không có quyền ghi",
    errno.EROFS: "nơi này chỉ cho đọc",
    errno.EISDIR: "đây là thư mục",
    errno.ENOTDIR: "một phần của đường dẫn không phải thư mục",
    errno.ENOENT: "không có thư mục này",
    errno.ENAMETOOLONG: "tên dài quá",
    errno.EMFILE: "mở quá nhiều tệp cùng lúc",
}


def why(error: OSError) -> str:
    """Why something could not be written or read; "hệ thống không cho ghi" where the reason is none that people meet."""
    return _WORDS.get(error.errno or 0, "hệ thống không cho ghi")
