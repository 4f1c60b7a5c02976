from django.urls import path

from caicach.accounts import people_views, second_views, server_views, views

app_name = "accounts"
urlpatterns = [
    path("dang-nhap/", views.sign_in, name="sign-in"),
    path("dang-nhap/ma/", views.second_step, name="second-step"),
    path("dang-xuat/", views.sign_out, name="sign-out"),
    path("toi/", views.own, name="own"),
    path("toi/mat-khau/", views.password, name="password"),
    path("toi/hai-lop/", second_views.page, name="second"),
    path("toi/hai-lop/tat/", second_views.off, name="second-off"),
    path("toi/hai-lop/ma-moi/", second_views.renew, name="recovery-renew"),
    path("toi/hai-lop/ma-du-phong/", second_views.codes, name="recovery"),
    path("toi/phien/", views.end_session, name="end-session"),
    path("toi/doi-vai/", views.wear, name="wear"),
    path("nguoi/", people_views.people_list, name="people"),
    path("nguoi/them/", people_views.add, name="person-add"),
    path("nguoi/dang-nhap/", people_views.sign_ins, name="sign-ins"),
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
    path("nguoi/<slug:handle>/mat-khau/", people_views.new_password, name="new-password"),
    path("nguoi/<slug:handle>/dat-lai/", people_views.reset_ways, name="person-reset"),
    path("nguoi/<slug:handle>/dang-xuat/", people_views.sign_out, name="person-sign-out"),
]
