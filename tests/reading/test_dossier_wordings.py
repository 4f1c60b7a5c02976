"""How other systems and people word headings, statuses and channels: one line a meaning, "|" between the wordings."""

from __future__ import annotations

import pytest

from caicach.reading.dossier_list import dossier_words

HEADINGS = {
    "code": "Mã hồ sơ|Số hồ sơ|Mã biên nhận|Số biên nhận hồ sơ|Mã hồ sơ (HS)|Số, ký hiệu hồ sơ|Mã số|Mã HS TTHC|Mã hồ sơ một cửa|Số tiếp nhận hồ sơ|Số BN|Mã số biên nhận|Mã phiếu hẹn|Số phiếu|Mã hồ sơ trên Cổng DVCQG|Mã hồ sơ điện tử|Mã tra cứu hồ sơ|Hồ sơ số|SỐ HỒ SƠ|Mã HS/Biên nhận|Số giấy biên nhận|Mã hồ sơ DVC|Mã Hồ Sơ:|So ho so",
    "procedure_code": "Mã TTHC|Mã thủ tục HC|Mã số TTHC|Mã thủ tục hành chính quốc gia|Mã DVC|Mã TT|Ma TTHC|Mã số thủ tục|Số hiệu TTHC|Mã QG thủ tục",
    "procedure": "Tên thủ tục|Thủ tục hành chính|TTHC|Tên TTHC|Tên dịch vụ công|Nội dung hồ sơ|Loại thủ tục|Tên thủ tục hành chính/Dịch vụ công|Tên hồ sơ|Thủ tục đăng ký|Yêu cầu giải quyết|Nội dung yêu cầu|Lĩnh vực/Thủ tục|Tên loại thủ tục|Việc cần giải quyết|Thủ tục giải quyết",
    "owner": "Chủ hồ sơ|Họ tên chủ hồ sơ|Tên chủ HS|Tổ chức/Cá nhân|Cá nhân/Tổ chức|Tên cá nhân/tổ chức|Công dân|Người yêu cầu|Họ và tên người yêu cầu|Tên công dân/tổ chức|Khách hàng|Tổ chức, công dân|Người đứng tên hồ sơ|Tên người làm thủ tục|Chủ đơn|Người đề nghị|Họ tên công dân/DN|Tên doanh nghiệp/cá nhân|Cá nhân, tổ chức nộp hồ sơ|Tên người dân, tổ chức|Họ tên, địa chỉ",
    "person": "Họ và tên|Họ tên|Họ, tên|Họ & tên|Tên đầy đủ",
    "submitter": "Người nộp|Họ tên người nộp|Người nộp hồ sơ|Tên người nộp HS|Người đại diện nộp|Người được ủy quyền nộp",
    "received_at": "Ngày tiếp nhận|Ngày nhận|Thời điểm tiếp nhận|Thời gian nhận hồ sơ|Ngày nhận HS|Tiếp nhận ngày|Ngày giờ tiếp nhận|Ngày, giờ tiếp nhận|Thời gian TN|Ngày vào sổ|Ngày thụ lý|TG tiếp nhận|Ngày/giờ nhận|Ngày nhận đơn|Ngày một cửa tiếp nhận|Thời gian tiếp nhận (giờ/ngày)|Ngày tiếp nhận chính thức|Ngày bắt đầu giải quyết|Ngày tiếp nhận vào hệ thống|Nhận lúc|Ngày TN|Ngày nhận của công dân|Ngày tiếp nhận hồ sơ của công dân",
    "due_at": "Ngày hẹn trả|Ngày hẹn|Hẹn trả KQ|Hạn trả|Ngày đến hạn|Thời hạn trả|Ngày hẹn trả kết quả|Thời gian hẹn trả|Hẹn trả ngày|Ngày phải trả|Ngày trả dự kiến|Dự kiến trả KQ|Ngày hết hạn|Hạn giải quyết|Thời hạn giải quyết|Thời điểm hẹn trả|TG hẹn trả|Hẹn trả (giờ, ngày)|Ngày, giờ hẹn trả kết quả|Hạn xử lý hồ sơ|Ngày hẹn trả theo phiếu|Ngày hẹn trả kết quả (dự kiến)|Hạn chót|Ngày hẹn lấy KQ|Ngày hết hạn giải quyết|Thời hạn hoàn thành|Kỳ hạn trả|Ngày trả KQ dự kiến|Ngày quy định trả|Ngày trả theo quy định|Thời gian trả kết quả dự kiến",
    "resolved_at": "Ngày kết thúc|Ngày kết thúc xử lý|Ngày hoàn thành|Ngày xử lý xong|Ngày giải quyết xong|Ngày có kết quả|Thời gian hoàn thành|Ngày hoàn tất|Ngày xong|Ngày kết thúc hồ sơ|Ngày hoàn thành xử lý|Thời điểm hoàn thành|Ngày ra kết quả|Ngày có KQ|Thời gian kết thúc xử lý|Ngày hoàn thành thực tế|Ngày giải quyết|Ngày xử lý|Ngày thực tế hoàn thành|Ngày kết thúc thụ lý|Ngày GQ xong|Thời gian có kết quả|Ngày kết thúc thực tế",
    "returned_at": "Ngày trả|Ngày trả kết quả|Trả KQ|Ngày trả KQ|Ngày trả thực tế|Thời điểm trả KQ|Ngày giao kết quả|Ngày nhận kết quả|Ngày công dân nhận KQ|Đã trả ngày|Trả kết quả ngày|TG trả kết quả|Ngày, giờ trả|Thời gian trả thực tế|Ngày thực trả kết quả|Ngày trả kết quả thực tế|Thực tế trả|Ngày người dân nhận kết quả|Ngày đã trả kết quả|Ngày trả hồ sơ|Ngày phát kết quả|Ngày trả kết quả cho công dân",
    "status": "Trạng thái|Tình trạng|Trạng thái hồ sơ|Tình trạng xử lý|Tình trạng hồ sơ|Tiến độ xử lý|Hiện trạng|Trạng thái giải quyết|TT hồ sơ|T.trạng|Kết quả xử lý|Tình trạng giải quyết hồ sơ|Trạng thái xử lý hồ sơ|Tên trạng thái|Tình hình xử lý|Tình hình giải quyết|Diễn biến",
    "channel": "Hình thức nộp|Kênh nộp|Hình thức tiếp nhận|Kênh tiếp nhận|Nguồn hồ sơ|Phương thức tiếp nhận|Hình thức nộp HS|Cách nộp|Loại tiếp nhận|Hình thức nhận hồ sơ|Hình thức tiếp nhận hồ sơ|Nộp qua|Tiếp nhận qua|Nguồn tiếp nhận|Hình thức gửi|HT nộp|HT tiếp nhận|Kênh thực hiện|Hình thức thực hiện|Phương thức thực hiện|Hình thức đăng ký",
    "other": "STT|Địa chỉ|Số điện thoại|SĐT|Lĩnh vực|Cán bộ tiếp nhận|Người xử lý|Đơn vị xử lý|Cơ quan thực hiện|Phòng ban thụ lý|Ngày sinh|CCCD/CMND|Số CCCD|Ngày cấp CCCD|Ghi chú|Lệ phí|Số ngày xử lý|Số ngày trễ hạn|Thời gian quy định|Thời gian còn lại|Hình thức trả kết quả|Hình thức nhận kết quả|Nơi trả kết quả|Người nhận kết quả|Người trả kết quả|Ngày bổ sung|Ngày yêu cầu bổ sung|Ngày chuyển|Ngày phân công|Ngày gia hạn|Ngày hẹn trả lại|Ngày hẹn trả mới|Lý do trễ hạn|Mức độ DVC|Tình trạng thanh toán|Trạng thái thanh toán|Ngày thanh toán|Đánh giá|Email|Mã số thuế|Mã đơn vị|Mã lĩnh vực|Số lượng|Bước hiện tại|Người đang xử lý|Ngày cập nhật|Ngày đồng bộ|Trạng thái đồng bộ|Đúng hạn|Trễ hạn|Ngày xin lỗi|Ngày hẹn bổ sung|Số ngày còn lại|Thời gian xử lý|Ngày ký|Số quyết định|Số bản sao|Địa chỉ chủ hồ sơ|Số điện thoại người nộp|Số CCCD chủ hồ sơ|Email người nộp|Ngày sinh chủ hồ sơ|Ngày tạm dừng|Ngày dừng xử lý|Kết quả đánh giá|Cơ quan tiếp nhận|Bộ phận tiếp nhận|Đơn vị tiếp nhận hồ sơ|Loại đối tượng|Tiền phạt|Ngày nộp bổ sung|Ngày nộp phí|Số hóa hồ sơ|Thành phần hồ sơ|Số thành phần hồ sơ|Cán bộ trả kết quả|Quầy tiếp nhận|Số thứ tự hồ sơ|Ngày trình ký|Tên cán bộ tiếp nhận|Ngày tiếp nhận bổ sung|Người ký|Thời gian giải quyết|Tổng thời gian xử lý|Ngày thực hiện NVTC|Giờ hẹn lại|Trạng thái số hóa|Phân loại hồ sơ|Mã bưu gửi|Ngày gửi bưu điện|Đơn vị thụ lý|Số ngày quá hạn|Hạn bổ sung|Ngày hết hạn bổ sung",
}  # fmt: skip
STATUSES = {
    1: "Mới đăng ký|Chờ tiếp nhận|Chờ tiếp nhận hồ sơ|Hồ sơ mới nộp|Mới nộp trực tuyến|Chờ kiểm tra hồ sơ|Chưa tiếp nhận|Mới đăng kí",
    2: "Được tiếp nhận|Đã tiếp nhận|Tiếp nhận|Mới tiếp nhận|Đã tiếp nhận hồ sơ|Chờ phân công|Chờ phân công xử lý|Chờ chuyển phòng ban|Đã nhận|Chờ phân công thụ lý",
    3: "Không được tiếp nhận|Từ chối tiếp nhận|Không tiếp nhận|Từ chối|Bị từ chối tiếp nhận|Không đủ điều kiện tiếp nhận|Trả lại hồ sơ|Từ chối nhận hồ sơ|Hồ sơ không được tiếp nhận",
    4: "Đang xử lý|Đang giải quyết|Đang thụ lý|Đang thẩm định|Chờ ký|Đang trình ký|Chờ lãnh đạo duyệt|Đang chờ phê duyệt|Đang xử lý - quá hạn|Đang xử lý (trễ hạn 3 ngày)|Đang xử lý trong hạn|Đang xử lý, sắp đến hạn|Chờ xử lý|Đang luân chuyển|Chuyển phòng chuyên môn|Chờ thẩm định|Đang lấy ý kiến|Xin ý kiến đơn vị phối hợp|Đang trình lãnh đạo phê duyệt|Đang phê duyệt|Chưa xử lý xong|Đang được xử lý|Quá hạn đang xử lý|Trong hạn đang xử lý|Đang giải quyết trong hạn|Đã bổ sung hồ sơ|Chờ cơ quan khác trả lời",
    5: "Yêu cầu bổ sung giấy tờ|Chờ bổ sung|Yêu cầu bổ sung|Đang chờ bổ sung hồ sơ|Bổ sung hồ sơ|Tạm dừng chờ bổ sung hồ sơ|Công dân bổ sung hồ sơ|Đã yêu cầu bổ sung|Yêu cầu hoàn thiện hồ sơ|Yêu cầu bổ sung, hoàn thiện hồ sơ|Chờ công dân bổ sung giấy tờ|Tạm dừng (chờ bổ sung)|Chờ bổ sung HS",
    6: "Yêu cầu thực hiện nghĩa vụ tài chính|Chờ thực hiện nghĩa vụ tài chính|Chờ nộp thuế|Chờ NVTC|Yêu cầu thực hiện NVTC|Chờ thanh toán lệ phí|Chờ công dân nộp lệ phí|Tạm dừng chờ thực hiện nghĩa vụ tài chính|Chờ thông báo thuế|Đang chờ thực hiện nghĩa vụ tài chính",
    7: "Công dân yêu cầu rút hồ sơ|Rút hồ sơ|Công dân rút hồ sơ|Đã rút hồ sơ|Xin rút|Hồ sơ đã rút|Đã rút|Yêu cầu rút hồ sơ|Người dân rút|Công dân xin rút",
    8: "Dừng xử lý|Tạm dừng|Đã dừng xử lý|Dừng giải quyết|Hủy hồ sơ|Đã hủy|Hồ sơ dừng xử lý|Tạm dừng xử lý|Từ chối giải quyết|Không giải quyết|Tạm dừng giải quyết|Đã huỷ|Huỷ hồ sơ|Dừng xử lí",
    9: "Đã xử lý xong|Xử lý xong|Đã có kết quả|Chờ trả kết quả|Đã giải quyết|Hoàn thành|Đã hoàn thành|Chưa trả kết quả|Đã giải quyết xong|Có kết quả|Đã xử lý|Đã xử lý xong đúng hạn|Đã giải quyết đúng hạn|Hoàn thành đúng hạn|Đã hoàn thành trễ hạn|Đã có kết quả - chờ trả|Đang chờ trả kết quả|Chờ công dân đến nhận kết quả|Đã duyệt kết quả|Đã kết thúc|Giải quyết đúng hạn|Đã giải quyết trước hạn|Hoàn thành xử lý|Chờ trả KQ|Đã xử lý xong, chưa trả KQ|Chờ phát kết quả",
    10: "Đã trả kết quả|Đã trả KQ|Trả kết quả|Đã trả kết quả đúng hạn|Đã trả kết quả trễ hạn|Đã trả|Đã nhận kết quả|Trả kết quả đúng hạn|Đã trả kết quả cho công dân|Đã trả kết quả (qua bưu chính)|Đã giao kết quả|Trả đúng hạn|Đã trả đúng hạn|Đã trả hồ sơ cho dân|Hoàn thành - Đã trả kết quả|Công dân đã nhận KQ|Trả kết quả trước hạn|Đã trả kết quả trực tuyến|Đã trả KQ quá hạn|Trả quá hạn",
}  # fmt: skip
CHANNELS = {
    "counter": "Trực tiếp|Nộp trực tiếp|Tại bộ phận một cửa|Tại BPMC|Tại quầy|Trực tiếp tại một cửa|Một cửa|TT PVHCC|Tại Trung tâm PVHCC|Tiếp nhận trực tiếp tại TTPVHCC|Trực tiếp tại UBND phường|Hồ sơ giấy|Nộp tại trung tâm hành chính công|Trực tiếp tại bộ phận TN&TKQ|Bộ phận TN và TKQ|Tại chỗ",
    "online": "Trực tuyến|Nộp trực tuyến|Qua DVC quốc gia|DVCQG|Cổng DVCQG|Toàn trình|Một phần|DVCTT toàn trình|Trực tuyến toàn trình|Trực tuyến một phần|Online|Qua mạng|Qua cổng dịch vụ công|Nộp online|Cổng Dịch vụ công Quốc gia|Dịch vụ công trực tuyến|VNeID|Từ Cổng DVC quốc gia|Hồ sơ trực tuyến|Trực tuyến (DVCQG)|Mức độ 4|Nộp qua Cổng dịch vụ công tỉnh|Internet",
    "post": "Bưu chính|BCCI|Qua BCCI|Bưu điện|VNPost|Bưu chính công ích|Qua dịch vụ bưu chính công ích|Dịch vụ BCCI|Nộp qua bưu điện|Qua đường bưu điện|Gửi bưu điện|Nhân viên bưu điện|Qua bưu chính (VNPost)|Hệ thống bưu chính",
}  # fmt: skip


@pytest.mark.parametrize("means", HEADINGS)
def test_headings(means):
    found = {
        wording: dossier_words().heading(wording)[0] or "other" for wording in HEADINGS[means].split("|")
    }
    assert {wording: meaning for wording, meaning in found.items() if meaning != means} == {}


@pytest.mark.parametrize("code", STATUSES)
def test_statuses(code):
    found = {wording: dossier_words().status(wording) for wording in STATUSES[code].split("|")}
    assert {wording: status for wording, status in found.items() if status != code} == {}


@pytest.mark.parametrize("channel", CHANNELS)
def test_channels(channel):
    found = {wording: dossier_words().channel(wording) for wording in CHANNELS[channel].split("|")}
    assert {wording: other for wording, other in found.items() if other != channel} == {}


def test_no_wording_stands_under_two_meanings():
    """The later line would never be reached."""
    from caicach import data
    from caicach.rules.dossier_words import plain

    for name, column in (
        ("dossier_headings", "means"),
        ("dossier_statuses", "code"),
        ("dossier_channels", "channel"),
    ):
        known: dict[str, str] = {}
        for row in data.rows(name):
            if row.get("kind") != "words":
                assert known.setdefault(plain(row["words"]), row[column]) == row[column], row
            assert row["source"]
