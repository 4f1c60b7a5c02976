from django.urls import path

from caicach.desk import (
    pages,
    views,
    views_calendar,
    views_filters,
    views_meeting,
    views_public,
    views_structure,
)

app_name = "desk"
urlpatterns = [
    path("", views.home, name="home"),
    path("viec-cua-toi/", views.my_work, name="my-work"),
    path("viec-cua-toi/tiep/", views.next_task, name="next"),
    path("viec-cua-toi/da-xem/", views.see_all, name="see-all"),
    path("giao-ban/", views_meeting.show, name="meeting"),
    path("giao-ban/ket-luan/", views_meeting.decide, name="decide"),
    path("giao-ban/ket-luan.docx", views_meeting.draft, name="meeting-draft"),
    path("lich/", views_calendar.show, name="calendar"),
    path("lich/dia-chi/", views_calendar.renew, name="renew-feed"),
    path("lich/<slug:token>.ics", views_calendar.feed, name="feed"),
    path("cong-khai/", views_public.wards, name="public"),
    path("cong-khai/<slug:ward>/", views_public.progress, name="public-ward"),
    path("bo-loc/<int:year>/<slug:kind>/", views_filters.show, name="filters"),
    path("bo-loc/", views_filters.save, name="save-filter"),
    path("bo-loc/bo/", views_filters.drop, name="drop-filter"),
    path("tim/", pages.search, name="search"),
    path("co-cau/", views_structure.structure, name="structure"),
    path("co-cau/them/", views_structure.add, name="office-add"),
    path("co-cau/<slug:unit>/", views_structure.unit, name="unit"),
    path("co-cau/<slug:unit>/ten/", views_structure.rename, name="unit-rename"),
    path("co-cau/<slug:unit>/sua/", views_structure.describe, name="unit-describe"),
    path("co-cau/<slug:unit>/dong/", views_structure.close, name="unit-close"),
    path("co-cau/<slug:unit>/nhap/", views_structure.merge, name="unit-merge"),
    path("don-vi/", pages.offices, name="offices"),
    path("don-vi/<slug:office>/", pages.office, name="office"),
]
