from django.urls import path

from caicach.tasks import views, views_directives, views_handover, views_together

app_name = "tasks"
_AT = "viec/<int:year>/<slug:book>/<str:number>/"
urlpatterns = [
    path("chi-dao/", views_directives.directives, name="directives"),
    path("chi-dao/moi/", views_directives.give, name="give"),
    path("chi-dao/danh-sach.<slug:suffix>", views_directives.list_file, name="directives-file"),
    path("ban-giao/", views_handover.handover_list, name="handovers"),
    path("ban-giao/<int:position>/", views_handover.handover, name="handover"),
    path("ban-giao/<int:position>/xac-nhan/", views_handover.confirm, name="handover-confirm"),
    path("ban-giao/<int:position>/bo/", views_handover.drop, name="handover-drop"),
    path("ban-giao/<int:position>/danh-sach.<slug:suffix>", views_handover.list_file, name="handover-file"),
    path(_AT, views.detail, name="detail"),
    path(_AT + "van-ban/", views_directives.directive_file, name="directive-file"),
    path(_AT + "tien-do/", views.report, name="report"),
    path(_AT + "nop/", views.hand_in, name="hand-in"),
    path(_AT + "san-pham/<int:position>/tep/", views.evidence, name="evidence"),
    path(_AT + "san-pham/<int:position>/trang/<int:page>/", views.evidence_page, name="evidence-page"),
    path(_AT + "san-pham/<int:position>/duyet/", views.accept, name="accept"),
    path(_AT + "san-pham/<int:position>/tra-lai/", views.give_back, name="give-back"),
    path(_AT + "gia-han/", views.ask_extension, name="ask-extension"),
    path(_AT + "lui-han/", views.put_off, name="put-off"),
    path(_AT + "gia-han/<int:position>/dong-y/", views.grant, name="grant"),
    path(_AT + "gia-han/<int:position>/tu-choi/", views.refuse, name="refuse"),
    path(_AT + "cho/", views.wait, name="wait"),
    path(_AT + "het-cho/", views.go_on, name="go-on"),
    path(_AT + "nhip/", views.silence, name="silence"),
    path(_AT + "rut/", views.set_aside, name="set-aside"),
    path(_AT + "dua-lai/", views.take_in, name="take-in"),
    path(_AT + "hoan-tac/", views.undo, name="undo"),
    path(_AT + "giao/", views_together.assign, name="assign"),
    path(_AT + "phoi-hop/", views_together.ask, name="ask"),
    path(_AT + "phoi-hop/<int:position>/tra-loi/", views_together.answer, name="answer"),
    path(_AT + "phoi-hop/<int:position>/tep/", views_together.answer_file, name="answer-file"),
    path(_AT + "buoc/", views_together.add_step, name="add-step"),
    path(_AT + "buoc/<int:position>/", views_together.tick_step, name="tick-step"),
    path(_AT + "buoc/<int:position>/bo/", views_together.drop_step, name="drop-step"),
    path(_AT + "da-nhan/", views_together.acknowledge, name="acknowledge"),
    path(_AT + "trao-doi/", views_together.comment, name="comment"),
    path(_AT + "theo-doi/", views_together.watch, name="watch"),
]
