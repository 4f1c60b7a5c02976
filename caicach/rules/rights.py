"""The one table of rights: what each role may do, and which action each page is.

A page that is missing here is a failing test, not an open page (tests/whole/test_walks.py walks all of them).
Whose task or office it is comes on top: `may_work_on`.
"""

from __future__ import annotations

from collections.abc import Collection

COORDINATOR = "coordinator"
HEAD = "head"
OFFICER = "officer"
LEADER = "leader"
VIEWER = "viewer"
ADMINISTRATOR = "administrator"
SYSTEM = "system"
PROVINCE = "province"

WARD_ROLES: dict[str, str] = {
    COORDINATOR: "Điều phối",
    HEAD: "Trưởng đơn vị",
    OFFICER: "Chuyên viên",
    LEADER: "Lãnh đạo",
    VIEWER: "Người xem",
    ADMINISTRATOR: "Quản trị",
}
"""Roles that are held in a ward."""

SERVER_ROLES: dict[str, str] = {
    SYSTEM: "Quản trị máy chủ",
    PROVINCE: "Người xem của tỉnh",
}
"""Roles that are held on the whole server, in no ward."""

ROLES: dict[str, str] = WARD_ROLES | SERVER_ROLES

PUBLIC = "public"
"""An action that asks for no sign-in."""

_ALL = frozenset(WARD_ROLES)
"""Everybody of a ward; whoever stands above the wards is named where they may."""

ACTIONS: dict[str, frozenset[str]] = {
    "home.see": frozenset(ROLES),
    "own.see": frozenset(ROLES),
    "desk.see": _ALL,
    "people.manage": frozenset({ADMINISTRATOR}),
    "absence.manage": frozenset({ADMINISTRATOR, HEAD}),
    "people.import": frozenset({ADMINISTRATOR, SYSTEM}),
    "offices.manage": frozenset({ADMINISTRATOR}),
    "calendar.manage": frozenset({ADMINISTRATOR, SYSTEM}),
    "server.manage": frozenset({SYSTEM}),
    "ward.set-up": frozenset({SYSTEM}),
    "wards.see": frozenset({PROVINCE, SYSTEM}),
    "plan.see": _ALL | {PROVINCE},
    "plan.import": frozenset({COORDINATOR}),
    "plan.effect": frozenset({COORDINATOR}),
    "plan.undo": frozenset({COORDINATOR}),
    "filter.share": frozenset({COORDINATOR}),
    "plan.close": frozenset({COORDINATOR}),
    "plan.coordinator": frozenset({COORDINATOR, LEADER}),
    "task.several": frozenset({COORDINATOR, HEAD}),
    "task.see": _ALL | {PROVINCE},
    "task.report": frozenset({COORDINATOR, HEAD, OFFICER}),
    "task.hand-in": frozenset({COORDINATOR, HEAD, OFFICER}),
    "task.accept": frozenset({COORDINATOR}),
    "task.assign": frozenset({COORDINATOR, HEAD}),
    "task.ask-time": frozenset({COORDINATOR, HEAD}),
    "task.give-time": frozenset({COORDINATOR, LEADER}),
    "task.arrange": frozenset({COORDINATOR, HEAD, OFFICER}),
    "task.set-aside": frozenset({COORDINATOR}),
    "task.comment": frozenset({COORDINATOR, HEAD, OFFICER, LEADER}),
    "task.watch": _ALL,
    "handover.see": _ALL,
    "handover.open": frozenset({COORDINATOR, HEAD}),
    "api.use": _ALL,
    "directive.see": _ALL,
    "directive.give": frozenset({COORDINATOR, LEADER}),
    "dossier.see": frozenset({COORDINATOR, HEAD, OFFICER, LEADER}),
    "dossier.import": frozenset({COORDINATOR, HEAD, OFFICER}),
    "procedure.see": _ALL | {PROVINCE},
    "procedure.manage": frozenset({COORDINATOR}),
    "style.see": frozenset({COORDINATOR, ADMINISTRATOR}),
}

PAGES: dict[str, str] = {
    "core:health": PUBLIC,
    "core:style": "style.see",
    "accounts:sign-in": PUBLIC,
    "accounts:second-step": PUBLIC,
    "accounts:passkey-ask": PUBLIC,
    "accounts:provider": PUBLIC,
    "accounts:provider-back": PUBLIC,
    "accounts:provider-out": PUBLIC,
    "accounts:passkey-sign-in": PUBLIC,
    "accounts:sign-out": PUBLIC,
    "accounts:own": "own.see",
    "accounts:password": "own.see",
    "accounts:second": "own.see",
    "accounts:second-off": "own.see",
    "accounts:recovery-renew": "own.see",
    "accounts:recovery": "own.see",
    "accounts:tie": "own.see",
    "accounts:untie": "own.see",
    "accounts:passkeys": "own.see",
    "accounts:passkey-begin": "own.see",
    "accounts:passkey-remove": "own.see",
    "accounts:end-session": "own.see",
    "accounts:wear": "own.see",
    "accounts:people": "people.manage",
    "accounts:people-file": "people.manage",
    "accounts:person-add": "people.manage",
    "accounts:slips": "people.import",
    "accounts:import": "people.import",
    "accounts:import-sample": "people.import",
    "accounts:import-list": "people.import",
    "accounts:import-row": "people.import",
    "accounts:import-skip": "people.import",
    "accounts:import-drop": "people.import",
    "accounts:import-take": "people.import",
    "accounts:invite": "people.manage",
    "accounts:forgotten": PUBLIC,
    "accounts:by-link": PUBLIC,
    "accounts:person": "people.manage",
    "accounts:person-edit": "people.manage",
    "accounts:post-give": "people.manage",
    "accounts:post-change": "people.manage",
    "accounts:post-end": "people.manage",
    "accounts:leave": "people.manage",
    "accounts:new-password": "people.manage",
    "accounts:person-reset": "people.manage",
    "accounts:person-sign-out": "people.manage",
    "accounts:sign-ins": "people.manage",
    "desk:structure": "offices.manage",
    "desk:office-add": "offices.manage",
    "desk:unit": "offices.manage",
    "desk:unit-rename": "offices.manage",
    "desk:unit-describe": "offices.manage",
    "desk:unit-close": "offices.manage",
    "desk:unit-merge": "offices.manage",
    "desk:start": PUBLIC,
    "desk:set-up": "server.manage",
    "desk:set-up-ward": "server.manage",
    "desk:set-up-offices": "ward.set-up",
    "desk:set-up-mail": "ward.set-up",
    "desk:set-up-people": "ward.set-up",
    "desk:work-calendar": "calendar.manage",
    "desk:work-days": "calendar.manage",
    "desk:work-days-back": "calendar.manage",
    "desk:work-year": "calendar.manage",
    "desk:work-hours": "calendar.manage",
    "desk:work-letter": "calendar.manage",
    "accounts:absences": "absence.manage",
    "accounts:wards": "wards.see",
    "accounts:choose-ward": "wards.see",
    "accounts:away": "absence.manage",
    "accounts:back": "absence.manage",
    "desk:home": "home.see",
    "desk:my-work": "desk.see",
    "desk:next": "desk.see",
    "desk:see-all": "desk.see",
    "reminders:choice": "home.see",
    "api-tokens:list": "desk.see",
    "api-tokens:end": "desk.see",
    "api:api-root": PUBLIC,
    "api:openapi-json": PUBLIC,
    "api:plans": "api.use",
    "api:plan-tasks": "api.use",
    "api:task": "api.use",
    "api:report": "api.use",
    "desk:my-work-file": "desk.see",
    "desk:calendar-file": "desk.see",
    "desk:offices-file": "plan.see",
    "desk:search-file": "desk.see",
    "tasks:directives-file": "directive.see",
    "tasks:handover-file": "handover.see",
    "desk:meeting": "directive.see",
    "desk:decide": "directive.give",
    "desk:meeting-draft": "directive.see",
    "desk:search": "desk.see",
    "desk:filters": "plan.see",
    "desk:save-filter": "desk.see",
    "desk:drop-filter": "desk.see",
    "desk:calendar": "desk.see",
    "desk:renew-feed": "desk.see",
    "desk:feed": PUBLIC,
    "desk:public": PUBLIC,
    "desk:public-ward": PUBLIC,
    "desk:offices": "plan.see",
    "desk:office": "plan.see",
    "plans:list": "plan.see",
    "plans:ribbon": "plan.see",
    "plans:overview": "plan.see",
    "procedures:catalogue": "procedure.see",
    "procedures:catalogue-file": "procedure.see",
    "procedures:cut": "procedure.see",
    "procedures:cut-file": "procedure.see",
    "procedures:detail": "procedure.see",
    "procedures:notice": "procedure.see",
    "procedures:new": "procedure.manage",
    "procedures:suggested": "procedure.manage",
    "procedures:change": "procedure.manage",
    "procedures:time": "procedure.manage",
    "procedures:mend": "procedure.manage",
    "procedures:check": "procedure.manage",
    "procedures:end": "procedure.manage",
    "procedures:public": PUBLIC,
    "procedures:public-one": PUBLIC,
    "dossiers:board": "dossier.see",
    "dossiers:board-file": "dossier.see",
    "dossiers:detail": "dossier.see",
    "dossiers:upload": "dossier.import",
    "dossiers:list": "dossier.import",
    "dossiers:list-state": "dossier.import",
    "plans:pace": "plan.see",
    "plans:pace-file": "plan.see",
    "plans:wall": "plan.see",
    "plans:file": "plan.see",
    "plans:list-file": "plan.see",
    "plans:undo": "plan.undo",
    "plans:coordinator": "plan.coordinator",
    "plans:several": "task.several",
    "plans:done-already": "plan.close",
    "plans:year-end": "plan.close",
    "plans:open-again": "plan.close",
    "plans:upload": "plan.import",
    "plans:start": "plan.import",
    "plans:import": "plan.import",
    "plans:state": "plan.import",
    "plans:page-picture": "plan.import",
    "plans:import-file": "plan.import",
    "plans:clean": "plan.import",
    "plans:cell": "plan.import",
    "plans:row": "plan.import",
    "plans:head": "plan.import",
    "plans:indicator": "plan.import",
    "plans:finding": "plan.import",
    "plans:step-back": "plan.import",
    "plans:discard": "plan.import",
    "plans:become-amendment": "plan.import",
    "plans:set-year": "plan.import",
    "plans:retry": "plan.import",
    "plans:pair": "plan.import",
    "plans:changes": "plan.effect",
    "plans:effect": "plan.effect",
    "tasks:detail": "task.see",
    "tasks:evidence": "task.see",
    "tasks:report": "task.report",
    "tasks:hand-in": "task.hand-in",
    "tasks:accept": "task.accept",
    "tasks:give-back": "task.accept",
    "tasks:evidence-page": "task.see",
    "tasks:directive-file": "task.see",
    "tasks:assign": "task.assign",
    "tasks:ask-extension": "task.ask-time",
    "tasks:put-off": "task.give-time",
    "tasks:grant": "task.give-time",
    "tasks:refuse": "task.give-time",
    "tasks:wait": "task.arrange",
    "tasks:go-on": "task.arrange",
    "tasks:ask": "task.arrange",
    "tasks:answer": "task.arrange",
    "tasks:answer-file": "task.see",
    "tasks:add-step": "task.arrange",
    "tasks:tick-step": "task.arrange",
    "tasks:drop-step": "task.arrange",
    "tasks:acknowledge": "task.arrange",
    "tasks:silence": "task.set-aside",
    "tasks:set-aside": "task.set-aside",
    "tasks:take-in": "task.set-aside",
    "tasks:comment": "task.comment",
    "tasks:undo": "task.comment",
    "tasks:watch": "task.watch",
    "tasks:handovers": "handover.see",
    "tasks:handover": "handover.see",
    "tasks:handover-confirm": "handover.see",
    "tasks:handover-drop": "handover.open",
    "tasks:directives": "directive.see",
    "tasks:give": "directive.give",
}
"""URL name → action."""


def allows(action: str, role: str) -> bool:
    """Whether the role may do the action; an action that is not in the table is nobody's."""
    return action == PUBLIC or role in ACTIONS.get(action, frozenset())


def may_work_on(role: str, office: int | None, offices: Collection[int]) -> bool:
    """Whether somebody of this role and office may report on a task that these offices lead or help with.

    The coordinator follows all tasks; an officer and a head those of the own office.
    """
    return role == COORDINATOR or (role in (HEAD, OFFICER) and office is not None and office in offices)


def may_coordinate(role: str, holder: int, named: int | None) -> bool:
    """Whether a plan's own things (accepting, taking out, closing) are this coordinator's.

    holder: the person whose post is worn; named: the one that the plan names, None where it names nobody. Roles that
    don't coordinate pass: what they may, the table above says.
    """
    return role != COORDINATOR or named is None or named == holder
