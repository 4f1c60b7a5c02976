"""Every sentence a refusal can say: code → Vietnamese, in one place.

A sentence says what, where, and what to do now. Django translates them where it runs (`gettext_noop` marks them).
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from caicach.rules.vntext import squeeze


def gettext_noop(text: str) -> str:
    """Marks a text for `makemessages`, which finds it by this name."""
    return text


_ = gettext_noop
_UNPRINTED = re.compile(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]")

SENTENCES: dict[str, str] = {
    # kept filters
    "filter.unnamed": _("Bộ lọc chưa có tên. Hãy quay lại và đặt tên, ví dụ “Việc trễ của phòng”."),
    "filter.too-many": _("Đã giữ {most} bộ lọc. Hãy bỏ bớt một bộ lọc rồi giữ bộ lọc này."),
    # the citizen's page
    "portal.wrong": _(
        "Số hồ sơ và mã tra cứu không khớp với hồ sơ nào. Hãy xem lại hai dòng ấy trên giấy hẹn; vẫn chưa được thì gọi Một cửa."
    ),
    "portal.slip": _(
        "Phiếu ghi tay này chưa được nhập vào hệ thống. Ngày hẹn ghi trên phiếu vẫn có giá trị; hãy xem lại sau, hoặc hỏi Một cửa."
    ),
    "portal.no-code": _("Mã tra cứu gồm {signs} chữ và số, in cạnh mã QR trên giấy hẹn. Hãy gõ lại."),
    "portal.with-number": _("Hãy nhập thêm số hồ sơ in trên giấy hẹn để mở trang này."),
    "portal.rests": _(
        "Từ nơi này đã nhập sai {most} lần. Hãy đợi tới {until} rồi thử lại, hoặc gọi Một cửa."
    ),
    "portal.all-rest": _(
        "Nhiều nơi đang nhập sai mã, nên tới {until} phải có cả số hồ sơ lẫn mã tra cứu. Hãy nhập thêm số hồ sơ in trên giấy hẹn."
    ),
    # the clock of a dossier
    "clock.no-json": _("{name} không phải là tệp JSON. Hãy xem ví dụ trong docs/clock.md."),
    "clock.case-wrong": _(
        "Hồ sơ cần tính có chỗ thiếu hoặc sai: {where}. Hãy sửa chỗ ấy theo docs/clock.md."
    ),
    "clock.order": _(
        "Việc “{move}” lúc {at} không xảy ra được khi hồ sơ đang ở trạng thái “{state}”. Hãy xem lại thứ tự các việc."
    ),
    "clock.term": _("Thời hạn phải là số nguyên từ 0 đến {most}. Hãy xem lại {what}."),
    "dossiers.list-settled": _("Danh sách này đã được nhận hoặc đang được đọc. Hãy tải lại trang để xem."),
    "dossiers.no-code-column": _(
        "Hãy chọn cột nào là mã hồ sơ: không có mã thì không biết dòng nào là hồ sơ nào."
    ),
    "dossiers.heading-twice": _("Cột “{heading}” được chọn cho hai thứ. Hãy chọn mỗi cột một lần."),
    "dossiers.no-codes": _(
        "Cột “{heading}” gồm {what}, không phải mã hồ sơ. Hãy chọn cột có mã mà hệ thống cấp cho từng hồ sơ."
    ),
    "dossiers.given-up-midway": _(
        "Phần mềm đã nhận {done} dòng rồi phải dừng. Hãy nạp lại tệp sau ít phút: dòng đã nhận không bị nhận hai lần."
    ),
    "dossiers.list-nothing-back": _(
        "Danh sách này không còn hồ sơ nào lùi trạng thái. Hãy tải lại trang để xem."
    ),
    "dossiers.given-up": _("Phần mềm thử nhiều lần mà chưa đọc được danh sách. Hãy nạp lại tệp sau ít phút."),
    "dossier.move": _(
        "“{move}” không làm được khi hồ sơ đang ở trạng thái “{state}”. Trang của hồ sơ có các bước làm được."
    ),
    "dossier.changed": _(
        "{who} vừa làm “{what}” với hồ sơ này. Hãy xem lại hồ sơ rồi làm tiếp; những gì anh/chị vừa nhập còn ở đây."
    ),
    "dossier.beside": _(
        "Hồ sơ này do hệ thống của tỉnh giữ. Hãy làm ở đó; lần nạp danh sách sau, ở đây tự đổi theo."
    ),
    "dossier.no-office": _("Hãy chọn đơn vị hoặc người nhận hồ sơ."),
    "dossier.not-there": _("Người hoặc đơn vị được chọn nay không còn ở phường. Hãy chọn lại."),
    "dossier.same-hands": _("Hồ sơ đang ở chính nơi ấy. Hãy chọn đơn vị hoặc người khác."),
    "dossier.first-hands": _("Hồ sơ chưa qua bước nào trước bước này nên không trả lại được."),
    "dossier.not-yours": _(
        "Hồ sơ đang ở {office}. Chỉ người của đơn vị ấy làm bước này; hãy nhờ họ chuyển hồ sơ."
    ),
    "dossier.extend-days": _("Hẹn lại phải thêm từ 1 đến {most} ngày làm việc. Hãy xem lại số ngày."),
    "dossier.no-promise": _(
        "Hồ sơ chưa có ngày hẹn nên không có gì để hẹn lại. Hãy xem thời hạn của thủ tục."
    ),
    "dossier.outcome": _("Hãy chọn kết quả: giải quyết hay không giải quyết."),
    "dossier.result-half": _(
        "Văn bản kết quả cần cả số và ngày ký. Hãy ghi chỗ còn thiếu, hoặc để trống cả hai."
    ),
    "dossier.signed-later": _("Ngày ký {day} chưa tới. Hãy ghi ngày đã ký, muộn nhất là hôm nay."),
    "dossier.collector": _("Hãy ghi ai nhận kết quả."),
    "dossier.word-missing": _("“{move}” cần ghi lý do. Hãy ghi lý do rồi làm lại."),
    "clock.shares": _("Phần thời gian của các bước phải cộng lại đúng 100%. Hãy xem lại các bước."),
    "clock.no-apology": _("Muốn lùi ngày hẹn thì phải có thư xin lỗi trước. Hãy lập thư xin lỗi."),
    "clock.extended-already": _("Mỗi hồ sơ chỉ được hẹn lại {most} lần. Hãy giải quyết trong ngày đã hẹn."),
    "clock.extension-long": _(
        "Chỉ được lùi nhiều nhất {most} ngày làm việc, đã trễ thì tính từ hôm nay. Hãy chọn ngày sớm hơn."
    ),
    "clock.extension-past": _("Ngày hẹn mới ấy đã qua. Hãy chọn một ngày còn ở phía trước."),
    "clock.backwards": _(
        "Giờ ghi việc này ({at}) trước việc cuối đã có ({last}). Hãy xem lại đồng hồ máy hoặc giờ vừa ghi."
    ),
    "clock.far": _("Ngày nằm ngoài mọi lịch làm việc. Hãy xem lại các ngày đã ghi."),
    "dossier.code-malformed": _("“{shown}” không phải mã hồ sơ. Mã có dạng H01.31.05-261123-0007."),
    "dossier.code-known": _("Hồ sơ đã có mã {shown}. Nếu mã ấy sai, hãy hủy số và tiếp nhận lại."),
    "dossier.code-taken": _("Mã {shown} đã là của một hồ sơ khác. Hãy xem lại mã."),
    # at the counter
    "simulated.real": _(
        "Phường này đã có hồ sơ thật. Năm giả định chỉ ghi vào phường tập, chưa có hồ sơ nào khác."
    ),
    "simulated.no-procedures": _(
        "Chưa có thủ tục nào mà phường này tự giữ hồ sơ. Hãy thêm --own để phường tập giữ mọi thủ tục nhận tại quầy."
    ),
    "simulated.no-people": _("Phường này chưa có ai ở đơn vị nào. Hãy thêm người trước."),
    "attempt.word": _("Hãy ghi giấy tờ còn thiếu, chỗ cần sửa, hoặc vì sao không nhận."),
    "attempt.procedure": _("Hãy chọn thủ tục, hoặc ghi vài chữ về việc người dân xin làm."),
    "attempt.taken": _("Phiếu này đã được tiếp nhận thành hồ sơ. Hãy mở trang của hồ sơ ấy."),
    "spare.count": _("Mỗi lần in từ 1 đến {most} phiếu. Hãy ghi lại số phiếu."),
    "spare.word": _("Hãy ghi vì sao phiếu này không dùng được: rách, mất, viết hỏng."),
    "spare.used": _("Phiếu {slip} đã được nhập thành hồ sơ. Hãy mở hồ sơ ấy."),
    "spare.spoilt": _("Phiếu {slip} đã ghi là hỏng. Hãy dùng phiếu khác, hoặc nhập hồ sơ như thường."),
    "spare.moment": _("Hãy ghi giờ và ngày nhận như trên phiếu, ví dụ 9:05 20/11/2026."),
    "spare.moment-far": _(
        "Lúc nhận phải sau khi in phiếu ({since}), không ở tương lai và không quá {days} ngày. Hãy xem lại ngày giờ trên phiếu."
    ),
    "draft.none": _("Hãy chọn tệp dự thảo rồi bấm lại."),
    "draft.not-now": _("Hồ sơ này không chờ ký, nên không cần dự thảo."),
    "dossier.forgotten": _("Hồ sơ này đã ẩn danh vì hết thời hạn giữ; không ghi thêm gì vào đó được nữa."),
    "attempt.made": _("Tờ khai này đã thành phiếu {form}. Người dân trở lại thì mở tiếp từ lượt ấy."),
    "watched.place": _("Không chuyển được tệp trong thư mục theo dõi: “{name}” không phải thư mục ghi được."),
    "legs.longer": _(
        "Các chặng nối nhau lâu hơn thời hạn chung ({promised}). Hãy rút ngắn chặng, hoặc để thời hạn chung dài hơn."
    ),
    "legs.many": _("Một hồ sơ liên thông có nhiều nhất {most} chặng."),
    "legs.name": _("Hãy ghi tên chặng thứ {number}."),
    "legs.time": _("Thời hạn của chặng “{name}” chưa đúng: ghi số ngày hay giờ, hoặc chọn trong ngày."),
    "legs.after": _("Chặng “{name}” chỉ đứng sau được một chặng ghi trước nó."),
    "legs.open": _("Còn chặng chưa xong: {names}. Hãy ghi xong các chặng ấy rồi ký kết quả."),
    "legs.gone": _("Hồ sơ không có chặng này. Hãy tải lại trang."),
    "legs.state": _("Chặng này đã {state}. Hãy tải lại trang."),
    "legs.word": _("Hãy ghi vì sao."),
    "legs.ended": _("Hồ sơ đã kết thúc; các chặng của nó không đổi nữa."),
    "counter.procedure-gone": _(
        "Chưa chọn thủ tục, hoặc thủ tục không còn áp dụng hôm nay. Hãy chọn thủ tục."
    ),
    "counter.part-missing": _(
        "Còn thiếu: {names}. Hãy nhận đủ rồi tiếp nhận, hoặc hướng dẫn người nộp bổ sung."
    ),
    "counter.not-on-file": _("Chưa có “{name}” của người này trong kho. Hãy nhận bản mới."),
    "counter.authority": _("Hãy ghi nộp thay theo căn cứ nào, như: giấy ủy quyền ngày 20/11/2026."),
    "counter.own-authority": _("Người nộp và chủ hồ sơ là một người. Hãy chọn “Cho chính mình”."),
    "counter.sets": _("Số bản từ 1 đến {most}. Hãy xem lại số bản."),
    "counter.fee": _("Mức phí là số đồng, từ 0 trở lên. Hãy xem lại mức phí, hoặc để trống khi chưa rõ."),
    "counter.way-to": _("Gửi qua bưu chính thì hãy ghi địa chỉ nhận."),
    "counter.channel": _("Muốn báo tin bằng cách này thì hãy ghi số điện thoại hoặc thư điện tử."),
    "counter.not-at-once": _("Chỉ thủ tục trả trong ngày mới làm ngay được. Hãy bỏ chọn “Làm ngay”."),
    "counter.case": _("Thủ tục không còn trường hợp này. Hãy chọn lại."),
    "counter.old": _("Trang này đã cũ. Hãy mở lại trang Tiếp nhận; bản nháp vẫn còn."),
    "counter.draft-sealed": _(
        "Bản nháp này được niêm bằng khóa cũ của máy chủ nên không mở được nữa. Hãy bỏ nó và nhập lại."
    ),
    "counter.role": _("Hãy chọn nộp cho ai."),
    "counter.day": _("Ngày sinh chưa đúng. Hãy ghi như 20/05/1990, không sau hôm nay."),
    "counter.unit": _("Mã đơn vị có dạng H01.31.05. Hãy xem lại mã."),
    "counter.document": _("Hãy ghi văn bản của tỉnh cho phép lưu hồ sơ ở đây, hoặc để trống cả mã đơn vị."),
    "counter.receipt-book": _("Ký hiệu quyển biên lai có chữ, như AA-26P. Hãy xem lại ký hiệu."),
    # money at the counter
    "money.no-fee": _("Hồ sơ này không tiếp nhận ở quầy của phường, nên không thu tiền ở đây."),
    "money.void": _("Số hồ sơ này đã hủy, không thu thêm. Tiền đã thu thì hoàn ở dưới."),
    "money.unknown": _("Chưa rõ mức thu. Hãy ghi mức thu trước, rồi thu tiền."),
    "money.nothing-owed": _("Hồ sơ này không còn phải thu gì."),
    "money.too-much": _("Chỉ còn phải thu {owed}. Hãy xem lại số tiền."),
    "money.amount": _("Số tiền là số đồng, từ 1 trở lên. Hãy xem lại số tiền."),
    "money.way": _("Hãy chọn tiền mặt, chuyển khoản hay đã nộp trên Cổng."),
    "money.number": _("Hãy ghi số của tờ biên lai, như 0000123."),
    "money.number-used": _("Số biên lai này đã dùng. Hãy xem lại số trên tờ biên lai."),
    "money.reason": _("Hãy ghi lý do."),
    "money.void-already": _("Biên lai {receipt} đã hủy trước đó."),
    "money.refunded-already": _(
        "Biên lai {receipt} đã hoàn một phần nên không hủy được. Hãy hoàn nốt phần còn lại."
    ),
    "money.more-than-paid": _("Biên lai này chỉ còn {left} để hoàn. Hãy xem lại số tiền."),
    "money.not-yours": _("Biên lai đã chốt hoặc do người khác lập: trưởng đơn vị hủy được."),
    "cash.counted": _("Hãy ghi số tiền mặt đang có trong ngăn, bằng đồng."),
    "cash.reason": _("Tiền trong ngăn lệch {difference} so với sổ. Hãy đếm lại, hoặc ghi lý do."),
    "cash.changed": _("Vừa có thêm một lần thu, hủy hay hoàn: sổ nay là {expected}. Hãy đếm lại rồi chốt."),
    "cash.nothing": _("Chưa có gì để chốt từ lần chốt trước."),
    "cash.reopened-already": _("Lần chốt này đã mở lại trước đó."),
    "cash.newer": _("Người này đã chốt lần sau đó. Hãy mở lại lần mới nhất trước."),
    "post.nothing": _("Hãy đánh dấu những kết quả giao cho bưu chính."),
    "post.taker": _("Hãy ghi ai của bưu chính nhận."),
    "post.address": _("Hồ sơ {shown} chưa có địa chỉ nhận. Hãy ghi địa chỉ, hoặc bỏ đánh dấu."),
    "post.code": _("Mã bưu gửi gồm chữ và số, từ 8 đến 30 ký tự, như CA123456789VN."),
    "post.code-used": _("Mã này đã ghi cho bưu gửi khác. Hãy xem lại mã."),
    "post.not-there": _("Hồ sơ {shown} không còn chờ gửi: đã trả, hoặc đã có trong danh sách khác."),
    "post.back-already": _("Bưu gửi này đã ghi là hoàn."),
    "post.not-back": _("Bưu gửi này không ở phường nữa: đã có người nhận, hoặc đã gửi lại."),
    "post.reason": _("Hãy ghi vì sao bưu gửi hoàn, như: không có người nhận."),
    "result.capacity": _("Hãy chọn ai nhận kết quả: chủ hồ sơ, người được ủy quyền hay người của tổ chức."),
    "result.authority": _("Nhận thay thì hãy ghi giấy ủy quyền hoặc giấy giới thiệu nào."),
    # standing sentences
    "message.address": _("Địa chỉ cổng {channel} không đúng. Hãy ghi như https://cong.tinh.gov.vn/gui."),
    "message.body": _("Mẫu thân tin của cổng {channel} không phải JSON. Hãy xem lại cài đặt máy chủ."),
    "message.name": _(
        "Mẫu thân tin của cổng {channel} nêu {shown}, tên ấy không có. Hãy xem docs/settings.md."
    ),
    "counter.how": _("Hãy chọn người dân đã nói thế bằng cách nào."),
    "counter.no-line": _("Hồ sơ này không nhận ở quầy của phường nên chưa có cách báo tin."),
    "notice.empty": _("Lời báo không được để trống. Không muốn báo thì bỏ đánh dấu."),
    "notice.long": _("Lời báo nhiều nhất {most} chữ cái và dấu. Hãy viết ngắn lại."),
    "notice.changed-meanwhile": _(
        "{who} vừa lưu các lời báo này. Hãy xem lại rồi lưu; những gì anh/chị vừa nhập còn ở đây."
    ),
    "notice.not-failed": _("Tin này không còn ở trạng thái gửi lại được. Hãy tải lại trang."),
    "wording.name": _(
        "Dòng {line}, cột {column}: mẫu này không có tên {shown}. Hãy viết {other}, hoặc bỏ dấu ngoặc nhọn."
    ),
    "wording.brace": _(
        "Dòng {line}, cột {column}: dấu {brace} lẻ. Tên viết trong một cặp ngoặc nhọn, trên một dòng. Hãy thêm dấu còn lại, hoặc bỏ dấu này."
    ),
    "wording.long": _("Lời văn nhiều nhất {most} chữ cái và dấu. Hãy viết ngắn lại."),
    "wording.changed-meanwhile": _(
        "{who} vừa lưu lời văn khác của mẫu này. Chưa có gì được lưu, chữ anh/chị gõ vẫn còn. Hãy xem bản kia bên dưới rồi lưu lại nếu vẫn muốn."
    ),
    # the citizen card
    "card.other": _(
        "Đây không phải chữ của mã QR trên thẻ căn cước. Hãy quét mã QR trên thẻ, hoặc gõ số và họ tên."
    ),
    "card.cut": _(
        "Mã quét được chỉ có một phần, có thể đầu quét dừng sớm. Hãy quét lại, hoặc gõ số và họ tên."
    ),
    "card.number": _("Số căn cước (số định danh) có đúng 12 chữ số. Hãy xem lại số trên thẻ."),
    "card.name": _("Mã quét được không có họ tên. Hãy quét lại, hoặc gõ số và họ tên."),
    "card.sex": _("Mã quét được ghi giới tính là “{written}”. Hãy quét lại, hoặc gõ số và họ tên."),
    "card.day": _(
        "Mã quét được có ngày “{written}” không có trên lịch. Hãy quét lại, hoặc gõ ngày trên thẻ."
    ),
    "card.born-later": _("Ngày sinh {day} còn ở phía sau hôm nay. Hãy xem lại thẻ và ngày của máy."),
    "card.issued-early": _(
        "Ngày cấp thẻ {day} trước ngày sinh hoặc sau hôm nay. Hãy xem lại thẻ và ngày của máy."
    ),
    "citizen.passport": _("Số hộ chiếu có 6 đến 20 chữ cái và chữ số. Hãy xem lại số trên hộ chiếu."),
    "citizen.tax-code": _(
        "Mã số thuế hoặc mã số doanh nghiệp có 10 hoặc 13 chữ số. Hãy xem lại giấy đăng ký."
    ),
    "citizen.phone": _("Số điện thoại có 9 đến 15 chữ số. Hãy xem lại số, hoặc để trống."),
    "citizen.unnamed": _("Chưa có họ tên hoặc tên tổ chức. Hãy ghi tên."),
    "citizen.no-name": _(
        "Họ tên không có chữ số hay dấu |. Nếu đây là mã quét từ thẻ, hãy quét vào ô “Quét thẻ căn cước”."
    ),
    "citizen.email": _("Địa chỉ thư chưa đúng dạng ten@noi-nhan.vn. Hãy xem lại, hoặc để trống."),
    "citizen.other-name": _(
        "Số này trước đây là của “{known}”. Hãy xem lại số; nếu đúng là một người, hãy đánh dấu “Vẫn là một người”."
    ),
    "citizen.no-reason": _("Mở số đầy đủ cần ghi lý do. Hãy ghi lý do rồi mở lại."),
    "citizen.sealed": _(
        "Số này được khóa bằng khóa khác của máy chủ, nên không mở được. Hãy báo quản trị hệ thống khôi phục tệp khóa."
    ),
    # files
    "file.missing": _("Không tìm thấy tệp {name}. Hãy kiểm tra lại đường dẫn."),
    "file.is-folder": _("{name} là một thư mục. Hãy chỉ ra một tệp trong đó."),
    "file.unreadable": _("Không mở được tệp {name}. Hãy kiểm tra quyền đọc tệp."),
    "file.empty": _("Tệp {name} rỗng. Hãy chọn tệp khác."),
    "file.too-large": _(
        "Tệp {name} nặng {size_mib} MiB, quá mức {limit_mib} MiB. Hãy tách hoặc nén nhỏ tệp rồi thử lại."
    ),
    "watched.link": _("Tệp {name} là đường dẫn tắt, phần mềm không đi theo. Hãy chép chính tệp vào đây."),
    "watched.kind": _("Tệp {name} không phải danh sách. Phần mềm nhận .xlsx, .xls, .ods, .csv, .txt."),
    "file.encrypted": _("Tệp {name} có mật khẩu. Hãy gỡ mật khẩu rồi tải lại."),
    "file.broken": _(
        "Tệp {name} bị hỏng, không đọc được. Hãy mở tệp bằng phần mềm soạn thảo, lưu lại rồi thử lại."
    ),
    "file.kind-unknown": _(
        "Không nhận ra loại của tệp {name}. Hãy dùng .docx, .xlsx, .pdf, .txt, .md, .doc, .odt, .png hoặc .jpg."
    ),
    "file.kind-mismatch": _(
        "Tệp {name} mang đuôi {suffix} nhưng nội dung là loại khác ({found}). Hãy lưu lại đúng loại rồi thử lại."
    ),
    "file.macros": _(
        "Tệp {name} có macro nên không được nhận. Hãy lưu lại thành .docx hoặc .xlsx (không macro)."
    ),
    "file.bomb": _("Tệp {name} nén bất thường: bung ra quá lớn nên không được mở."),
    "file.entities": _(
        "Tệp {name} khai báo thực thể XML nên không được mở. Hãy lưu lại bằng phần mềm soạn thảo."
    ),
    "file.too-many-rows": _(
        "Tệp {name} có hơn {limit} dòng bảng nên không được đọc. Hãy chọn lại tệp, hoặc tách nhỏ."
    ),
    "file.too-many-pages": _(
        "Tệp {name} có {pages} trang, quá mức {limit} trang. Hãy tách phần kế hoạch và phụ lục rồi thử lại."
    ),
    "file.no-plan": _(
        "Trong tệp {name} không thấy kế hoạch: không có bảng nhiệm vụ hay chỉ tiêu nào. Hãy chọn tệp có phụ lục nhiệm vụ."
    ),
    "file.timeout": _("Đọc tệp {name} quá {seconds} giây nên đã dừng. Hãy tách nhỏ tệp rồi thử lại."),
    "file.memory": _("Đọc tệp {name} cần quá nhiều bộ nhớ nên đã dừng. Hãy tách nhỏ tệp rồi thử lại."),
    "file.crashed": _("Không đọc được tệp {name}. Hãy mở tệp, lưu lại thành .docx hoặc .pdf rồi thử lại."),
    "file.not-text": _("Tệp {name} không phải tệp chữ. Hãy dùng tệp .txt, mỗi dòng một tên cơ quan."),
    "file.no-sheet": _("Tệp {name} không có bảng để đọc. Hãy dùng Excel (.xlsx) hoặc .csv."),
    "list.kind-unknown": _("Không nhận ra loại của tệp {name}. Hãy dùng {kinds}."),
    "list.macros": _("Tệp {name} có macro nên không được nhận. Hãy lưu lại thành .xlsx (không macro)."),
    "list.no-sheet": _("Tệp {name} không có bảng để đọc. Hãy dùng {kinds}."),
    "list.crashed": _("Không đọc được tệp {name}. Hãy mở tệp, lưu lại thành .xlsx rồi thử lại."),
    "dossiers.no-table": _(
        "Trong tệp {name} không thấy danh sách hồ sơ: không dòng nào là đầu bảng có mã hồ sơ, thủ tục, ngày tiếp nhận. Hãy xuất lại danh sách từ hệ thống, giữ dòng đầu bảng."
    ),
    "output.unwritable": _("Không ghi được kết quả ra ngoài: {why}."),
    "database.unwritable": _(
        "Không ghi được cơ sở dữ liệu: {why}. Hãy dọn chỗ trống trên đĩa rồi chạy lại; những gì đã làm xong thì còn nguyên."
    ),
    "data.unwritable": _(
        "Không ghi được vào thư mục dữ liệu {folder}. Hãy cho tài khoản chạy Cải Cách quyền ghi vào đó, hoặc đặt CAICACH_DATA là thư mục khác."
    ),
    "file.unwritable": _("Không ghi được tệp {name}: {why}. Hãy kiểm tra thư mục và chỗ trống trên đĩa."),
    "usage.year": _("Năm {year} không hợp lệ. Hãy ghi một năm từ 1900 đến 2200."),
    "tool.tesseract-missing": _(
        "Tệp {name} là bản quét, cần Tesseract để nhận chữ. Hãy cài gói tesseract-ocr và tesseract-ocr-vie."
    ),
    "tool.libreoffice-missing": _(
        "Tệp {name} cần LibreOffice để mở. Hãy cài gói libreoffice-writer-nogui, hoặc lưu lại thành .docx."
    ),
    "file.disk-full": _(
        "Máy chủ không còn chỗ để lưu tệp {name}. Chưa có gì được lưu; hãy báo người quản trị rồi thử lại."
    ),
    "file.not-chosen": _("Chưa chọn tệp. Hãy kéo tệp kế hoạch vào ô, hoặc bấm để chọn."),
    # signing in
    "account.wrong": _("Tên đăng nhập hoặc mật khẩu chưa đúng. Hãy thử lại."),
    "account.rests": _("Sai quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại."),
    "account.no-post": _("Tài khoản chưa được giao việc ở phường nào. Hãy nhờ người quản trị."),
    "account.first-expired": _(
        "Mật khẩu trên phiếu đã quá {days} ngày chưa dùng nên hết hiệu lực. Hãy nhờ người quản trị cấp phiếu mới."
    ),
    "account.wrong-old": _("Mật khẩu đang dùng chưa đúng. Hãy gõ lại."),
    "password.short": _("Mật khẩu mới cần ít nhất {least} chữ. Hãy ghép vài từ dễ nhớ với nhau."),
    "password.common": _("Mật khẩu này quá dễ đoán. Hãy chọn mật khẩu khác."),
    "password.named": _("Mật khẩu không nên chứa tên đăng nhập. Hãy chọn mật khẩu khác."),
    "password.same": _("Mật khẩu mới giống mật khẩu đang dùng. Hãy chọn mật khẩu khác."),
    "password.differs": _("Hai lần gõ chưa giống nhau. Hãy gõ lại mật khẩu mới."),
    # the second step
    "second.wrong-code": _(
        "Mã chưa đúng. Hãy ghi mã đang hiện trên điện thoại, và xem giờ của điện thoại có đúng không."
    ),
    "second.wrong": _("Mã chưa đúng. Hãy ghi mã đang hiện trên điện thoại, hoặc một mã dự phòng chưa dùng."),
    "second.used": _("Mã này đã dùng rồi. Hãy đợi điện thoại hiện mã mới."),
    "second.stale": _("Đã quá lâu từ lúc gõ mật khẩu. Hãy đăng nhập lại."),
    "second.unopenable": _(
        "Khóa của máy chủ đã đổi nên không đọc được mã hai lớp. Hãy nhờ người quản trị đặt lại cách đăng nhập."
    ),
    "second.on-already": _("Mã hai lớp đang bật rồi. Hãy tải lại trang."),
    "second.off-already": _("Mã hai lớp đang tắt. Hãy tải lại trang."),
    "second.required": _("Chức vụ anh/chị đang giữ cần mã hai lớp nên không tắt được."),
    "second.nothing-to-reset": _("Người này chỉ đăng nhập bằng mật khẩu, không có gì để đặt lại."),
    "second.by-key": _(
        "Chức vụ của anh/chị cần hai lớp và anh/chị đã có khóa truy cập hoặc tài khoản tỉnh. Hãy đăng xuất rồi đăng nhập bằng cách ấy."
    ),
    "passkey.not-here": _(
        "Khóa truy cập chỉ dùng được khi trang này mở bằng HTTPS, đúng tên máy chủ. Hãy dùng mật khẩu."
    ),
    "passkey.stale": _("Đã quá lâu, hoặc trang đã mở ở nơi khác. Hãy bấm lại."),
    "passkey.refused": _("Khóa trả lời không khớp. Hãy thử lại, hoặc dùng mật khẩu."),
    "passkey.unknown": _("Khóa này không dùng được ở đây, hoặc đã bị bỏ. Hãy dùng mật khẩu."),
    "passkey.known": _("Khóa này đã có ở đây rồi."),
    "passkey.unnamed": _("Hãy đặt tên cho khóa."),
    "passkey.too-many": _("Đã có {most} khóa. Hãy bỏ bớt một khóa trước."),
    "passkey.gone": _("Khóa này đã được bỏ. Hãy tải lại trang."),
    "passkey.last": _(
        "Chức vụ của anh/chị cần hai lớp. Hãy bật mã hai lớp, hoặc thêm khóa khác, trước khi bỏ khóa này."
    ),
    # the province's provider
    "provider.no-way-out": _(
        "Không đăng xuất được khỏi {name} từ đây. Dùng máy chung thì hãy đóng trình duyệt, hoặc thoát ở trang của tỉnh."
    ),
    "provider.down": _("Không nối được {name}. Hãy đăng nhập bằng mật khẩu, hoặc thử lại sau."),
    "provider.wrong": _(
        "Phía {name} trả lời không đúng. Hãy đăng nhập bằng mật khẩu, và báo người quản trị."
    ),
    "provider.stale": _("Lần đăng nhập này đã cũ, hoặc mở ở trình duyệt khác. Hãy bấm đăng nhập lại."),
    "provider.denied": _(
        "Anh/chị đã không cho phép, nên chưa đăng nhập được. Hãy thử lại, hoặc dùng mật khẩu."
    ),
    "provider.nobody": _(
        "Tài khoản này chưa nối với ai ở đây. Hãy đăng nhập bằng mật khẩu, rồi nối ở trang Tài khoản của tôi."
    ),
    "provider.taken": _(
        "Tài khoản này đã nối với một người rồi. Hãy báo người quản trị nếu không phải anh/chị."
    ),
    "provider.tied-already": _("Anh/chị đã nối một tài khoản khác. Hãy thôi nối tài khoản ấy trước."),
    "provider.untied-already": _("Không còn nối với tài khoản nào. Hãy tải lại trang."),
    # people and posts
    "account.name-unusable": _(
        "Tên đăng nhập chỉ gồm chữ thường không dấu, số, dấu chấm, gạch; từ 3 đến 60 chữ. Ví dụ: khang.tm"
    ),
    "account.name-taken": _("Tên đăng nhập {name} đã có người dùng. Hãy chọn tên khác."),
    "account.elsewhere": _(
        "Người này còn giữ chức vụ ở phường khác hoặc trên máy chủ. Hãy nhờ người quản trị máy chủ."
    ),
    "account.left-already": _("Người này đã thôi giữ chức vụ ở phường. Hãy tải lại trang."),
    "account.own-leave": _("Không tự cho mình nghỉ được. Hãy nhờ một người quản trị khác."),
    "account.own-page": _("Với tài khoản của chính mình, hãy dùng trang Tài khoản của tôi."),
    "account.own-password": _("Để đổi mật khẩu của chính mình, hãy dùng trang Tài khoản của tôi."),
    "post.same": _("Người này đang giữ đúng chức vụ ấy rồi."),
    "post.office-missing": _("Hãy chọn đơn vị: chuyên viên và trưởng đơn vị làm việc ở một đơn vị."),
    "post.ended": _("Chức vụ này đã kết thúc trước ngày ấy. Hãy tải lại trang."),
    "post.last-administrator": _(
        "Đây là người quản trị cuối cùng của phường. Hãy giao quyền quản trị cho một người khác trước."
    ),
    "post.last-system": _(
        "Đây là người quản trị máy chủ cuối cùng. Hãy giao quyền ấy cho một người khác trước."
    ),
    "absence.dates": _("Ngày về phải sau ngày đi. Hãy kiểm tra lại hai ngày."),
    "absence.over": _("Khoảng vắng này đã qua. Hãy kiểm tra lại ngày."),
    "absence.self": _("Người thay phải là một người khác."),
    "absence.deputy-outside": _("Người thay phải đang giữ chức vụ ở phường."),
    "absence.twice": _("Đã ghi một lần vắng trùng những ngày này. Hãy bỏ lần ấy trước, hoặc đổi ngày."),
    "absence.gone": _("Lần vắng này đã hết hoặc đã được bỏ. Hãy tải lại trang."),
    # people from a list
    "people.too-heavy": _(
        "Danh sách nặng quá {most} MiB. Hãy bỏ ảnh và các trang không dùng, hoặc chia ra vài tệp."
    ),
    "people.too-many-rows": _(
        "Tệp {name} có hơn {limit} dòng. Đây không giống một danh sách người của phường; hãy chọn lại tệp."
    ),
    "people.no-heading": _(
        "Không thấy dòng tiêu đề có “Họ và tên” cùng “Đơn vị” hay “Chức danh”. Hãy thêm dòng ấy, hoặc dùng tệp mẫu."
    ),
    "people.nobody": _("Dưới dòng tiêu đề không có người nào. Hãy kiểm tra lại tệp."),
    "people.too-many": _("Danh sách có {count} người; mỗi lần nạp nhiều nhất {most}. Hãy chia ra vài tệp."),
    "people.name-missing": _("Dòng này không có họ tên. Hãy điền, hoặc bỏ qua dòng."),
    "people.office-unknown": _(
        "Phường không có đơn vị nào tên “{words}”. Hãy chọn đơn vị, hoặc thêm ở Cơ cấu tổ chức."
    ),
    "people.role-unknown": _("Chưa hiểu vai “{words}”. Hãy chọn vai trò."),
    "people.email-wrong": _("Địa chỉ thư “{words}” chưa đúng. Hãy sửa, hoặc để trống."),
    "people.phone-wrong": _("Số điện thoại “{words}” chưa đúng. Hãy sửa, hoặc để trống."),
    "people.namesakes": _("Phường đã có người tên {name}. Đây là người ấy hay một người khác?"),
    "people.named-twice": _("{name} đã có ở {row}. Có phải cùng một người?"),
    "people.twice": _(
        "Trùng với {row}: cùng một người hoặc cùng địa chỉ thư. Hãy bỏ qua một dòng, hoặc sửa."
    ),
    "people.two-names": _(
        "Ở {row} cũng nói về người này, nhưng gọi là {name}. Tên nào đúng? Hãy sửa cho giống nhau, hoặc bỏ qua một dòng."
    ),
    "people.one-more": _(
        "Ở {row} đã nói về chức vụ đang có của người này. Đây là một chức vụ nữa thì hãy bấm Thêm chức vụ; không thì bỏ qua dòng này."
    ),
    "people.which-post": _(
        "Ở {row} đã nói về chức vụ đang có của người này. Hãy chọn đơn vị mà dòng này nói tới, hoặc bỏ qua dòng này."
    ),
    "people.list-gone": _(
        "Danh sách ấy không còn: đã nạp xong, đã bỏ, hoặc để quá lâu. Cần nạp nữa thì hãy chọn lại tệp."
    ),
    "people.changed-meanwhile": _("Danh sách hoặc người dùng vừa thay đổi. Hãy xem lại lần nữa rồi nạp."),
    "people.problems-open": _("Còn {count} dòng cần xem. Hãy sửa hoặc bỏ qua từng dòng rồi nạp."),
    "people.nothing": _("Danh sách không có gì mới so với người dùng đang có."),
    # links in letters
    "link.no-mail": _("Máy chủ này chưa gửi được thư. Hãy in phiếu mật khẩu."),
    "mail.address": _("Không gửi thư tới “{words}” được: địa chỉ có chữ mà máy chủ thư không nhận."),
    "mail.sender": _("Người gửi “{words}” có chữ mà máy chủ thư không nhận. Hãy xem lại CAICACH_MAIL_FROM."),
    "mail.not-there": _("Chưa gửi được: không nối được máy chủ thư ({kind}). Hãy xem lại CAICACH_MAIL."),
    "mail.broke-off": _("Chưa gửi được: máy chủ thư ngắt giữa chừng ({kind}). Hãy gửi thử lại."),
    "link.no-address": _("Người này chưa có địa chỉ thư điện tử. Hãy ghi địa chỉ, hoặc in phiếu."),
    "link.ended": _("Đường dẫn này đã dùng rồi hoặc đã hết hạn. Hãy xin một thư mới."),
    "link.rests": _("Từ nơi này đã xin quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại."),
    # offices
    "office.name-taken": _("Phường đã có đơn vị tên {name}. Hãy chọn tên khác."),
    "office.same-name": _("Tên mới giống tên đang dùng."),
    "office.in-future": _("Ngày này còn chưa tới. Hãy ghi khi quyết định đã có hiệu lực."),
    "office.closed": _("Đơn vị này đã giải thể hoặc nhập vào đơn vị khác."),
    "office.not-begun": _("Ngày này trước ngày đơn vị được thành lập. Hãy kiểm tra lại."),
    "office.has-parts": _("Còn đơn vị thuộc đơn vị này. Hãy chuyển chúng đi trước."),
    "office.has-people": _(
        "Còn {count} người giữ chức vụ ở đây. Hãy chuyển họ đi, hoặc nhập vào đơn vị khác."
    ),
    "office.has-work": _("Còn {count} nhiệm vụ giao cho đơn vị này. Hãy nhập vào đơn vị sẽ làm tiếp."),
    "office.itself": _("Hãy chọn một đơn vị khác để nhập vào."),
    "office.circle": _("Một đơn vị không thể thuộc chính nó. Hãy chọn đơn vị khác."),
    # the first start, setting a ward up
    "start.code-wrong": _("Mã chưa đúng. Hãy xem lại mã trên màn hình của máy chủ."),
    "start.code-rests": _("Sai mã quá nhiều lần. Hãy đợi {minutes} phút rồi thử lại."),
    "start.closed": _("Trang này đã đóng: máy chủ đã có người quản trị, hoặc chưa có mã. Hãy đăng nhập."),
    "ward.name-taken": _("Máy chủ đã có {name} của tỉnh ấy."),
    "set-up.too-many": _("Mỗi lần thêm nhiều nhất {most} khu phố. Hãy kiểm tra lại số."),
    "set-up.nobody": _("Hãy ghi ít nhất một người, hoặc nạp từ danh sách."),
    # the working calendar
    "calendar.dates": _("Ngày cuối phải từ ngày đầu trở đi. Hãy kiểm tra lại hai ngày."),
    "calendar.too-many": _("Mỗi lần ghi nhiều nhất {most} ngày liền nhau. Hãy chia ra."),
    "calendar.years": _("Chỉ ghi lịch từ năm {first} đến năm {last}."),
    "calendar.same": _(
        "Những ngày này vốn đã như vậy trong lịch. Hãy kiểm tra lại ngày, hoặc chọn cách khác."
    ),
    "calendar.gone": _("Ngày này không còn là ngày riêng của phường. Hãy tải lại trang."),
    "hours.order": _("Các buổi phải theo thứ tự: giờ sau muộn hơn giờ trước, buổi chiều sau buổi sáng."),
    "hours.season": _("Mùa phải có ngày đầu và ngày cuối khác nhau, là ngày có thật trong năm."),
    "hours.far": _("Ngày bắt đầu cách hôm nay hơn một năm. Hãy kiểm tra lại năm."),
    "hours.same": _("Giờ làm việc từ ngày ấy vốn đã như vậy. Không có gì để ghi."),
    "hours.letter-gone": _("Thư này không còn phải gửi. Hãy tải lại trang."),
    # tasks
    "task.nothing-handed-in": _("Chưa có sản phẩm nào được nộp để duyệt."),
    "task.already-judged": _("Sản phẩm này đã được duyệt hoặc trả lại rồi. Hãy tải lại trang."),
    "task.waiting": _("Kỳ này đã nộp, đang chờ duyệt. Nếu cần sửa, hãy nhờ người điều phối trả lại."),
    "task.settled": _("Kỳ này đã được duyệt xong, không cần nộp nữa."),
    "task.set-aside": _("Nhiệm vụ đã được rút khỏi kế hoạch, không ghi thêm được."),
    "task.empty-report": _("Hãy ghi một lời, hoặc mức đã làm được (từ 0 đến 100)."),
    "task.no-evidence": _("Hãy chọn tệp, hoặc ghi số và ngày của văn bản đã ban hành."),
    "task.evidence-in-future": _("Ngày văn bản {day} còn chưa tới. Hãy kiểm tra lại ngày."),
    "book.coordinated-by": _(
        "Kế hoạch này do {who} điều phối. Hãy nhờ {who}, hoặc đổi người điều phối ở trang của kế hoạch."
    ),
    "book.no-coordinator": _(
        "Người này không giữ vai Điều phối. Hãy chọn một người trong danh sách, hoặc nhờ quản trị giao vai."
    ),
    "task.closed": _("Năm của kế hoạch này đã khép lại, không ghi thêm được."),
    "task.changed-meanwhile": _(
        "{who} vừa làm việc khác ở nhiệm vụ này: {what}. Những gì anh/chị gõ vẫn còn; hãy xem Diễn biến rồi gửi lại nếu vẫn cần."
    ),
    "task.reason-missing": _("Hãy ghi lý do rút nhiệm vụ."),
    "task.number-taken": _("Số {number} đã có nhiệm vụ khác mang, nên chưa đưa trở lại được."),
    "task.paper-gone": _("Tài liệu này không còn. Hãy chọn tài liệu khác."),
    "task.part-missing": _("Hãy đánh dấu văn bản này là sản phẩm nào."),
    "extension.reason-missing": _("Hãy ghi lý do cần thêm thời gian."),
    "extension.not-later": _("Hạn mới phải sau hạn đang có ({day})."),
    "extension.too-far": _("Hạn xa quá. Hãy ghi ngày đến hết năm {year}."),
    "extension.day-taken": _("Nhiệm vụ này đã có một kỳ vào ngày {day}. Hãy chọn ngày khác."),
    "extension.settled": _("Kỳ này đã nộp hoặc không còn, không cần gia hạn nữa."),
    "extension.asked": _("Kỳ này đã có một đề nghị gia hạn đang chờ trả lời."),
    "extension.judged": _("Đề nghị gia hạn này đã được trả lời rồi. Hãy tải lại trang."),
    "extension.word-missing": _("Hãy ghi lý do không cho gia hạn."),
    "extension.nothing-owed": _("Nhiệm vụ {number} không còn hạn nào để lùi. Hãy bỏ chọn nhiệm vụ ấy."),
    "close.result-missing": _("Nhiệm vụ này chưa chọn kết quả."),
    "close.word-missing": _("Chưa đạt thì cần một lời nói vì sao."),
    "feed.unknown": _("Không có nguồn số này. Hãy chọn trong danh sách."),
    "feed.other-unit": _(
        "“{figure}” là {wanted}, còn mức giao của chỉ tiêu tính bằng “{unit}”. Hãy chọn nguồn cùng đơn vị tính."
    ),
    "feed.changed-meanwhile": _(
        "{who} vừa đổi nguồn số của chỉ tiêu này: nay là {what}. Hãy xem lại rồi chọn."
    ),
    "task.fed": _(
        "Số của chỉ tiêu này do phần mềm lấy từ {source}, không ghi tay. Bỏ trống phần trăm và ghi một lời thì được."
    ),
    "plan.closed": _("Kế hoạch năm {year} đã khép lại. Muốn sửa, hãy mở lại trước."),
    "plan.changed-meanwhile": _("Kế hoạch vừa thay đổi ở nơi khác. Hãy xem lại danh sách rồi khép lại."),
    "reminders.hour": _("Hãy chọn giờ từ 5 đến 20."),
    "handover.same": _("Người nhận phải khác người giao."),
    "handover.not-there": _("Hai người phải cùng làm ở một đơn vị. Hãy chọn lại."),
    "handover.nothing": _(
        "Người này không có việc nào, bước nào được giao đích danh còn mở: không có gì để bàn giao."
    ),
    "handover.not-yours": _("Chỉ người giao và người nhận xác nhận được lần bàn giao này."),
    "handover.over": _("Lần bàn giao này đã xong hoặc đã bỏ. Hãy tải lại trang."),
    "token.unnamed": _("Hãy ghi mã này dùng cho phần mềm nào."),
    "token.too-many": _("Anh/chị đã có {most} mã. Hãy thôi dùng bớt rồi làm mã mới."),
    "many.none": _("Chưa chọn nhiệm vụ nào. Hãy đánh dấu ít nhất một việc."),
    "many.date-missing": _("Dòng này cần cả số và ngày văn bản."),
    "many.word-in-future": _("Ngày {day} còn chưa tới. Hãy kiểm tra lại ngày."),
    "many.date-unclear": _("Ghi ngày như 23/11/2026."),
    "wait.whom-missing": _("Hãy ghi đang chờ ai, ví dụ Sở Nội vụ."),
    "wait.in-future": _("Ngày {day} còn chưa tới. Hãy ghi ngày bắt đầu chờ."),
    "assign.no-office": _("Đơn vị này không có phần trong nhiệm vụ. Hãy tải lại trang."),
    "assign.not-there": _("Người này không còn làm ở đơn vị ấy. Hãy chọn người khác."),
    "ask.no-office": _("Hãy chọn đơn vị cần phối hợp."),
    "ask.word-missing": _("Hãy ghi cần đơn vị ấy làm gì."),
    "ask.in-past": _("Ngày {day} đã qua. Hãy ghi ngày cần có trả lời."),
    "ask.answer-missing": _("Hãy ghi câu trả lời, hoặc đính kèm tệp."),
    "ask.answered": _("Đề nghị này đã có trả lời, hoặc đã được rút lại. Hãy tải lại trang."),
    "comment.empty": _("Hãy ghi lời trao đổi."),
    "step.empty": _("Hãy ghi tên bước."),
    "step.not-there": _(
        "Người này không làm ở đơn vị nào của nhiệm vụ. Hãy chọn người khác, hoặc để cả nhóm."
    ),
    "step.too-many": _("Nhiệm vụ đã có {most} bước. Hãy gộp bớt."),
    "undo.too-late": _("Không hoàn tác được nữa: đã có việc khác xảy ra sau đó. Hãy tải lại trang."),
    "directive.empty": _("Hãy ghi nội dung chỉ đạo."),
    "directive.no-office": _("Hãy chọn ít nhất một đơn vị thực hiện."),
    "directive.busy": _("Nhiều người đang giao việc cùng lúc. Hãy bấm Giao việc lần nữa."),
    "directive.in-past": _("Hạn {day} đã qua. Hãy ghi ngày từ hôm nay trở đi."),
    "task.word-missing": _("Hãy ghi lý do trả lại, để người nộp biết cần sửa gì."),
    # procedures
    "procedure.code-malformed": _(
        "“{shown}” không phải mã thủ tục. Mã như 1.001193; chưa biết mã thì ghi TAM-1, TAM-2…"
    ),
    "procedure.code-twice": _("Thủ tục {shown} có hai lần trong cùng quyết định."),
    "procedure.code-taken": _("Phường đã có thủ tục {shown}. Hãy mở thủ tục ấy rồi thêm phiên bản mới."),
    "procedure.code-settled": _("Thủ tục này đã có mã {shown}. Chỉ mã tạm mới đổi được."),
    "procedure.name-missing": _("Hãy ghi tên thủ tục."),
    "procedure.time-incomplete": _(
        "Thời hạn cần cả số và đơn vị, ví dụ 3 ngày làm việc; trả trong ngày thì để trống số."
    ),
    "procedure.time-longer": _(
        "Thời hạn của phường ({own}) dài hơn luật cho ({law}). Hãy ghi ngắn hơn, hoặc để trống nếu theo luật."
    ),
    "procedure.time-unknown": _(
        "Chưa rõ thời hạn theo luật nên chưa cắt được. Hãy ghi thời hạn theo luật trước."
    ),
    "procedure.time-in-past": _("Ngày {day} đã qua. Thời hạn mới chỉ áp dụng từ hôm nay trở đi."),
    "procedure.shares": _("Phần thời gian của các bước cộng lại là {shares}%. Hãy chia lại cho đủ 100%."),
    "procedure.fee-missing": _("Có mức thu thì hãy ghi mức, hoặc ghi thu theo văn bản nào."),
    "procedure.dates-backwards": _(
        "Thủ tục {shown} đã có phiên bản áp dụng từ {day}. Hãy ghi một ngày sau ngày ấy."
    ),
    "procedure.unknown": _("Phường không có thủ tục {shown}."),
    "procedure.not-in-force": _("Thủ tục {shown} đã hết áp dụng. Hãy tải lại trang."),
    "procedure.changed-meanwhile": _(
        "{who} vừa sửa thủ tục này. Chưa có gì được lưu và chữ anh/chị gõ vẫn còn. Hãy xem những ô có ghi bản kia rồi bấm lại."
    ),
    "procedure.word-missing": _("Hãy ghi vì sao sửa, để người sau hiểu."),
    "procedure.against-missing": _("Hãy ghi đã đối chiếu với văn bản nào."),
    # the catalogue from a list
    "catalogue.no-heading": _(
        "Không thấy dòng tiêu đề có cột mã hoặc tên thủ tục trong tệp. Hãy kiểm tra lại, hoặc tải danh mục về làm mẫu."
    ),
    "catalogue.nothing-listed": _("Dưới dòng tiêu đề không có thủ tục nào. Hãy kiểm tra lại tệp."),
    "catalogue.too-many": _(
        "Danh sách có {count} thủ tục; mỗi lần nạp nhiều nhất {most}. Hãy chia ra vài tệp."
    ),
    "catalogue.too-heavy": _("Tệp nặng quá {most} MiB. Hãy lưu lại tệp chỉ có bảng, bỏ hình, rồi nạp."),
    "catalogue.list-gone": _("Danh sách này đã được ghi hoặc đã bỏ. Hãy nạp lại tệp nếu còn cần."),
    "catalogue.changed-meanwhile": _("Danh sách hoặc danh mục vừa thay đổi. Hãy xem lại lần nữa rồi ghi."),
    "catalogue.problems-open": _("Còn {count} dòng cần xem. Hãy sửa hoặc bỏ qua từng dòng rồi ghi."),
    "catalogue.nothing": _("Danh sách không có gì khác danh mục đang có."),
    "catalogue.decision-missing": _("Hãy ghi số quyết định công bố."),
    "catalogue.code-missing": _("Dòng này chưa có mã thủ tục. Hãy điền mã, chưa biết thì ghi TAM-1, TAM-2…"),
    "catalogue.code-twice": _("Thủ tục {shown} có hai dòng nói khác nhau. Hãy bỏ qua một dòng."),
    "catalogue.time-odd": _("Chưa hiểu thời hạn “{words}”. Hãy ghi như 5 ngày làm việc, hoặc “chưa rõ”."),
    "catalogue.level-odd": _("Chưa hiểu cấp giải quyết “{words}”. Hãy chọn cấp."),
    "catalogue.share-odd": _("Chưa hiểu phần thời gian “{words}” của bước {shown}. Hãy ghi số phần trăm."),
    "catalogue.office-unknown": _("Phường không có đơn vị “{words}”. Hãy sửa tên đơn vị ở các bước."),
    "catalogue.too-long": _("Ô này dài {count} chữ, nhiều nhất {most}. Hãy rút gọn."),
    "dossiers.step-hours": _("Hãy ghi số giờ làm việc, từ 1 trở lên, cho mọi bước."),
    "catalogue.unknown-ended": _("Phường không có thủ tục {shown} để cho hết áp dụng. Hãy bỏ qua dòng này."),
    # plans
    "import.given-up": _(
        "Máy chủ chưa đọc được tệp sau nhiều lần thử (đĩa đầy hoặc cơ sở dữ liệu bận). Hãy báo người quản trị, rồi bấm Đọc lại."
    ),
    "draft.not-in-review": _("Bản nháp này không còn ở bước xem lại. Hãy tải lại trang."),
    "draft.changed-meanwhile": _(
        "Ô này vừa được người khác sửa thành “{theirs}”. Hãy xem lại rồi sửa tiếp nếu cần."
    ),
    "draft.field-unknown": _("Không có ô này trong bản nháp. Hãy tải lại trang."),
    "draft.reason-missing": _("Hãy ghi lý do để lại chỗ này."),
    "draft.wording-missing": _("Hãy ghi câu chữ đúng ra phải có ở chỗ này."),
    "draft.indicator-unnamed": _("Hãy ghi tên chỉ tiêu."),
    "draft.target-unclear": _(
        "Mức “{value}” chưa hiểu được. Hãy ghi như: từ 95% trở lên; không quá 1%; 1.083,247 tỷ đồng."
    ),
    "draft.nothing-to-undo": _("Không còn bước nào để hoàn tác."),
    "backup.exists": _("Đã có “{name}”. Hãy chọn tên khác: bản sao lưu không bao giờ ghi đè tệp có sẵn."),
    "backup.unwritable": _("Không ghi được “{name}” ({why}). Hãy chọn nơi khác hoặc giải phóng đĩa."),
    "backup.file-spoilt": _(
        "Tệp {name} trong kho không còn đúng nội dung lúc nhận. Đĩa có thể đang hỏng; hãy lấy tệp ấy từ bản sao lưu cũ."
    ),
    "backup.missing": _("Không có tệp “{name}”."),
    "backup.no-backup": _("“{name}” không phải bản sao lưu của Cải Cách."),
    "backup.spoilt": _("Bản sao lưu “{name}” bị thiếu hoặc bị hỏng. Hãy dùng bản khác."),
    "backup.running": _("Máy chủ hoặc việc nền đang chạy. Hãy dừng rồi khôi phục."),
    "backup.not-empty": _(
        "Cơ sở dữ liệu đang có dữ liệu. Thêm --replace để thay bằng bản sao lưu; bản đang có được giữ lại bên cạnh."
    ),
    "backup.other-database": _(
        "Bản sao lưu là của {theirs}, còn nơi này dùng {ours}. Hãy khôi phục vào {theirs} rồi chuyển bằng caicach copy-database."
    ),
    "backup.failed": _("Chưa làm được: {why}. Dữ liệu đang có vẫn còn nguyên."),
    "upgrade.failed": _(
        "Nâng cấp không xong: {why}. Cơ sở dữ liệu đã trở lại như trước; bản sao lưu ở {kept}. Hãy dùng lại bản phần mềm cũ và báo lỗi này."
    ),
    "copy.url": _(
        "Địa chỉ cơ sở dữ liệu không hiểu được. Ví dụ: sqlite:////duong/dan/moi.sqlite3 hoặc postgres://nguoi:matkhau@may:5432/ten"
    ),
    "copy.same": _("Đây chính là cơ sở dữ liệu đang dùng. Hãy ghi địa chỉ của cơ sở dữ liệu mới."),
    "copy.not-empty": _("Cơ sở dữ liệu mới đã có dữ liệu. Chỉ chép vào nơi trống."),
    "copy.failed": _("Chưa chép được: {why}. Cơ sở dữ liệu đang dùng vẫn còn nguyên."),
    "tool.postgresql-client-missing": _(
        "Máy này chưa có pg_dump và pg_restore. Hãy cài gói postgresql-client."
    ),
    "output.over-input": _(
        "“{name}” vừa là tệp đọc vào vừa là tệp ghi ra. Hãy chọn tên khác cho tệp ghi ra."
    ),
    "offices.no-list": _(
        "“{name}” không giống một danh sách cơ quan: mỗi dòng một tên, nhiều nhất {most} dòng."
    ),
    "draft.row-gone": _("Dòng này đã bỏ khỏi bản nháp. Bấm Hoàn tác nếu muốn lấy lại."),
    "draft.mend-stale": _(
        "Ô này đã được sửa khác đi nên gợi ý không còn khớp. Hãy sửa tiếp trong ô, hoặc ghi lý do để lại."
    ),
    "draft.office-not-chosen": _("Hãy chọn một đơn vị của phường."),
    "draft.no-mend": _("Chỗ này không có gợi ý sẵn. Hãy sửa ô, hoặc ghi lý do để lại."),
    "draft.value-unusable": _("“{value}” không dùng được ở ô này. Hãy kiểm tra lại."),
    "plan.no-lines": _("Bản nháp chưa có nhiệm vụ nào nên chưa đưa vào thực hiện được."),
    "plan.errors-open": _("Còn {count} lỗi chưa xem. Hãy sửa, hoặc ghi lý do để lại, rồi đưa vào thực hiện."),
    "plan.line-incomplete": _("Dòng {place} chưa có nội dung hoặc số. Hãy điền, hoặc xóa dòng."),
    "plan.number-twice": _("Hai dòng cùng mang số {place}. Hãy đánh lại số."),
    "plan.already-in-force": _(
        "Năm {year} đã có kế hoạch đang thực hiện. Nếu đây là bản sửa đổi, hãy nạp lại và chọn “Sửa đổi kế hoạch đang thực hiện”."
    ),
    "plan.none-in-force": _("Năm {year} chưa có kế hoạch nào đang thực hiện để sửa đổi."),
    "plan.reported": _(
        "Đã có báo cáo hoặc sản phẩm cho {count} nhiệm vụ nên không hoàn tác được. Hãy nạp bản sửa đổi."
    ),
    "plan.undone-already": _(
        "Việc này đã được hoàn tác, hoặc đã có bản sửa đổi khác. Hãy xem lại trang này."
    ),
    "plan.nothing-unfinished": _("Kế hoạch năm {year} không còn việc nào chưa xong."),
    "plan.nothing-to-copy": _("Năm {year} không có kế hoạch để chép."),
    "plan.year-unusable": _("Năm {year} không dùng được. Hãy ghi năm từ 2000 đến 2100."),
}


def sentence(code: str, facts: Mapping[str, object]) -> str:
    """The Vietnamese sentence of a code, with its facts in it.

    Raises KeyError for a code without a sentence or a sentence without its fact: both are our faults, and a test
    walks all codes to find them.
    """
    # a file may be named with line feeds and escapes: what we print stays one harmless line
    shown = {
        name: squeeze(_UNPRINTED.sub("", fact)) if isinstance(fact, str) else fact
        for name, fact in facts.items()
    }
    return SENTENCES[code].format(**shown)
