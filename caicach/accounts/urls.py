from django.urls import path

from caicach.accounts import import_views, link_views, people_views, server_views, views

app_name = "accounts"
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="sign-in"),
    path("dang-xuat/", views.sign_out, name="sign-out"),
    path("toi/", views.own, name="own"),
    path("toi/mat-khau/", views.password, name="password"),
    path("toi/phien/", views.end_session, name="end-session"),
    path("toi/doi-vai/", views.wear, name="wear"),
    path("nguoi/", people_views.people_list, name="people"),
    path("nguoi/them/", people_views.add, name="person-add"),
    path("quen-mat-khau/", link_views.forgotten, name="forgotten"),
    path("mat-khau-moi/<slug:token>/", link_views.by_link, name="by-link"),
    path("nguoi/nap/", import_views.upload, name="import"),
    path("nguoi/nap/mau.xlsx", import_views.sample, name="import-sample"),
    path("nguoi/nap/<slug:token>/", import_views.show, name="import-list"),
    path("nguoi/nap/<slug:token>/dong/", import_views.mend, name="import-row"),
    path("nguoi/nap/<slug:token>/bo-qua/", import_views.skip, name="import-skip"),
    path("nguoi/nap/<slug:token>/bo/", import_views.drop, name="import-drop"),
    path("nguoi/nap/<slug:token>/ghi/", import_views.take, name="import-take"),
    path("nguoi/phieu/", people_views.slips, name="slips"),
    path("vang-mat/", people_views.absence_list, name="absences"),
    path("vang-mat/<slug:handle>/", people_views.away, name="away"),
    path("vang-mat/<slug:handle>/ve/", people_views.back, name="back"),
    path("cac-phuong/", server_views.wards, name="wards"),
    path("cac-phuong/chon/", server_views.choose_ward, name="choose-ward"),
    path("nguoi/<slug:handle>/", people_views.person, name="person"),
    path("nguoi/<slug:handle>/sua/", people_views.edit, name="person-edit"),
    path("nguoi/<slug:handle>/giao/", people_views.give_post, name="post-give"),
    path("nguoi/<slug:handle>/doi/", people_views.change_post, name="post-change"),
    path("nguoi/<slug:handle>/thoi/", people_views.end_post, name="post-end"),
    path("nguoi/<slug:handle>/nghi/", people_views.leave, name="leave"),
    path("nguoi/<slug:handle>/thu/", link_views.invite, name="invite"),
    path("nguoi/<slug:handle>/mat-khau/", people_views.new_password, name="new-password"),
]
