"""Addresses of the pages: each place lists its own."""

from lodose.server.web.views import (
    account,
    administration,
    answer,
    calendar,
    care,
    diary,
    evidence,
    front,
    health,
    join,
    own_data,
    panel,
    phone,
    screening,
    start,
    today,
    treatment,
)

app_name = "web"
urlpatterns = [
    *front.routes,
    *evidence.routes,
    *health.routes,
    *today.routes,
    *phone.routes,
    *diary.routes,
    *answer.routes,
    *treatment.routes,
    *screening.routes,
    *start.routes,
    *care.routes,
    *account.routes,
    *own_data.routes,
    *calendar.routes,
    *join.routes,
    *panel.routes,
    *administration.routes,
]
