"""Every link ends with what it rests on: the table says for each kind of link what that is."""

from __future__ import annotations

import json
import re

import pytest
from factories import PASSWORD, membership
from flask import current_app
from lessons import begins, packaged
from made_packages import one_page

from kernel import clock
from kernel.database import db
from kernel.errors import RefusalError

from people.joining import invitation, transfer
from people.joining.entry import leave
from people.joining.transfer import WelcomeStaff
from people.models import Role
from people.role import set_roles
from people.signing_in import password_link

NEW = "another long pass phrase"


class Links:
    """The links of a coordinator, of every kind, and whether they lead anywhere."""

    def __init__(self, mizuho, hachioji):
        self.hachioji, self.who, self.colleague = hachioji, mizuho.person(Role.COORDINATOR), mizuho.person()
        self.there = self.who.browser()
        _row, self.own = password_link.issue_for(mizuho.administrator.actor, self.who.membership_id)
        _row, self.others = password_link.issue_for(self.who.actor, self.colleague.membership_id)
        self.invitation = invitation.invite(self.who.actor, mizuho.id, invitation.Invite(5))
        self.code = transfer.make_code(self.who.actor, ends_present=True)
        course = packaged(mizuho.coordinator, {"一": one_page()})
        enrolment_id, (lesson_id,) = begins(self.who, course)
        db.session.commit()
        self.calendars = [
            re.search(r"/calendars/[\w-]+\.ics", self.there.post("/account/calendar", data={"of": of}).text)[0]
            for of in ("person", "organisation")
        ]
        frame = re.search(r'<iframe src="([^"]+)"', self.there.get(f"/learn/{enrolment_id}/{lesson_id}").text)[1]
        self.frame = frame.replace("&amp;", "&")
        told = re.search(r'id="run">(.*?)</script>', self.leads(self.frame).text, re.DOTALL)[1]
        self.page = self.frame.split("/packages/")[0] + json.loads(told)["page"]

    def leads(self, address):
        return current_app.test_client().get(address)

    def open(self):
        """The kinds of links that lead somewhere now."""
        db.session.expire_all()
        found = {
            "own password": self.leads(f"/password/{self.own}"),
            "colleague's password": self.leads(f"/password/{self.others}"),
            "invitation": self.leads(f"/join/{self.invitation}"),
            "own calendar": self.leads(self.calendars[0]),
            "office's calendar": self.leads(self.calendars[1]),
            "package": self.leads(self.frame),
            "file of a package": self.leads(self.page),
        }
        kinds = {kind for kind, answer in found.items() if answer.status_code == 200}
        assert all(answer.status_code == 404 for kind, answer in found.items() if kind not in kinds)
        kinds |= {"sign-in"} if self.there.get("/me").status_code == 200 else set()
        return kinds | ({"transfer code"} if self.transfers() else set())

    def transfers(self):
        command = WelcomeStaff(self.hachioji.id, self.code, None, "総務課", "", clock.today())
        try:
            transfer.welcome(self.hachioji.coordinator.actor, command)
        except RefusalError:
            return False
        finally:
            db.session.rollback()
        return True


OF_SIGN_INS = {"sign-in", "transfer code", "own calendar", "office's calendar", "package", "file of a package"}
ALL = OF_SIGN_INS | {"own password", "colleague's password", "invitation"}


def _changes_the_password(_mizuho, who):
    who.browser().post("/account", data={"present": PASSWORD, "password": NEW, "again": NEW})


def _signs_out_elsewhere(_mizuho, who):
    who.browser().post("/sign-out-everywhere")


def _is_signed_out_by_the_office(mizuho, who):
    mizuho.administrator.browser().post(f"/office/staff/{who.membership_id}/sign-out")


def _coordinates_no_more(mizuho, who):
    set_roles(mizuho.administrator.actor, who.membership_id, set())


def _leaves(mizuho, who):
    leave(mizuho.administrator.actor, who.membership_id, clock.today() - clock.DAY)


def _is_administrator_too(mizuho, who):
    set_roles(mizuho.administrator.actor, who.membership_id, {Role.COORDINATOR, Role.ADMINISTRATOR})


def _has_another_address(_mizuho, who):
    membership(who).staff.email = "another@example.lg.jp"


@pytest.mark.parametrize(
    ("happens", "dead"),
    [
        (_changes_the_password, OF_SIGN_INS | {"own password"}),
        (_signs_out_elsewhere, OF_SIGN_INS),
        (_is_signed_out_by_the_office, OF_SIGN_INS),
        (_coordinates_no_more, {"own password", "colleague's password", "invitation", "office's calendar"}),
        (_leaves, {"own password", "colleague's password", "invitation", "office's calendar"}),
        (_is_administrator_too, {"own password"}),
        (_has_another_address, {"own password"}),
    ],
    ids=lambda told: told.__name__.strip("_") if callable(told) else "",
)
def test_every_link_ends_with_what_it_rests_on(mizuho, hachioji, happens, dead):
    links = Links(mizuho, hachioji)
    assert links.open() == ALL
    happens(mizuho, links.who)
    db.session.commit()
    assert ALL - links.open() == dead


def test_a_package_is_shown_in_our_frame_and_opens_windows_of_its_own_only(mizuho, hachioji):
    links, client = Links(mizuho, hachioji), current_app.test_client()
    for address in (links.page, links.frame):
        for site, status in (("none", 404), ("cross-site", 404), ("same-site", 404), ("same-origin", 200)):
            headers = {"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": site}
            assert client.get(address, headers=headers).status_code == status, site
        assert (
            client.get(address, headers={"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "cross-site"}).status_code == 200
        )


def test_a_link_is_at_the_public_address_whatever_host_was_asked(mizuho):
    """A request may name any host (ASVS 5.0, 12.3): what is handed over leads where people reach us."""
    browser = mizuho.coordinator.browser()
    public = current_app.extensions["settings"].public_url
    for address, sent in (
        (f"/office/staff/{mizuho.staff.membership_id}/link", {}),
        ("/office/invitation", {"most": "5"}),
    ):
        page = browser.post(address, data=sent, headers={"X-Forwarded-Host": "evil.example"}).text
        link = re.search(r'value="(http[^"]+)"', page)[1]
        assert link.startswith(f"{public}/")
        answer = current_app.test_client().get(link.removeprefix(public))
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store"), "and nobody keeps the page"
