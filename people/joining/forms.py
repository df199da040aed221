"""Forms of joining: a person is entered, corrected, invited, welcomed, leaves."""

from __future__ import annotations

from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from kernel.fields import (
    AddressField,
    ChoiceField,
    DayField,
    KatakanaField,
    RowField,
    TextField,
    TickField,
    WholeField,
    options,
)
from kernel.forms import Form
from kernel.typed import LONGEST_LINE

from people.forms import address_like
from people.joining.entry import CorrectStaff, JoinStaff
from people.joining.invitation import Enter, Invite
from people.joining.transfer import WelcomeStaff
from people.signing_in.forms import NewPasswordForm

HOW_TO_PICK = "名前の一部を入力すると、登録されている部署から選べます。ない名前を入力すると、新しい部署になります。"


class MembershipForm(Form):
    """What a membership says."""

    organisation_id = RowField("団体")
    staff_number = TextField(
        "職員番号", [Length(max=32)], description="メールアドレスがない人は、団体と職員番号でサインインします。"
    )
    department = TextField("部署", [Length(max=200)], description=HOW_TO_PICK, render_kw={"list": "sections"})
    post = TextField("職", [Length(max=100)], description="例：主事、係長", render_kw={"list": "posts"})
    joined_on = DayField(
        "所属の始まり", [DataRequired()], description="例：2027-04-01、R9.4.1。先の日でも登録できます。"
    )

    def validate_staff_number(self, field: TextField) -> None:
        """Refuse a staff number that would be taken for an e-mail address."""
        if "@" in field.value:
            message = "職員番号に @ は使えません。"
            raise ValidationError(message)


class NameForm(Form):
    """The name of a person."""

    name = TextField("氏名", [DataRequired(), Length(max=100)], description="例：髙橋 花子")
    reading = KatakanaField(
        "フリガナ",
        [DataRequired(), Length(max=100), Regexp(r"[ァ-ヶー・\s]+$", message="カタカナで入力してください。")],
        description="名簿はこの順に並びます。例：タカハシ ハナコ",
    )


class StaffForm(NameForm, MembershipForm):
    """A person of the own organisation."""

    email = AddressField("メールアドレス", [Optional(), address_like, Length(max=LONGEST_LINE)])

    def command(self) -> JoinStaff:
        """Return the person to be entered."""
        return JoinStaff(
            organisation_id=self.organisation_id.value,
            name=self.name.value,
            reading=self.reading.value,
            email=self.email.value or None,
            staff_number=self.staff_number.value or None,
            department=self.department.value,
            post=self.post.value,
            joined_on=self.joined_on.value,
        )

    def correction(self) -> CorrectStaff:
        """Return what is to be corrected."""
        return CorrectStaff(
            name=self.name.value,
            reading=self.reading.value,
            email=self.email.value or None,
            staff_number=self.staff_number.value or None,
            department=self.department.value,
            post=self.post.value,
            joined_on=self.joined_on.value,
        )


class InviteForm(Form):
    """For whom an invitation is, and until when."""

    name = TextField(
        "リンクの名前", [Length(max=60)], description="あとで見分けるための名前です。例：新採用の職員、福祉部"
    )
    most = WholeField("登録できる人数", [DataRequired(), NumberRange(1, 10_000)], default=50)
    last_day = DayField("使える最後の日", description="空欄なら14日間です。90日先までにします。例：2027-04-30、R9.4.30")
    ending = TextField(
        "メールアドレスの@より後", [Length(max=100), Regexp(r"@?[A-Za-z0-9.-]*$", message="@より後を入力してください。例：city.hachioji.lg.jp")],
        description="庁内のアドレスだけにするときに入力します。例：city.hachioji.lg.jp",
    )  # fmt: skip
    department = TextField(
        "部署", [Length(max=200)], description="このリンクで登録する人が入る部署です。空欄なら、本人が入力します。", render_kw={"list": "sections"}
    )  # fmt: skip
    at_once = TickField(
        "研修担当が確かめずに登録する",
        description="「@より後」のアドレスに届くメールで、本人がパスワードを決めます。そのアドレスのメールを読める人だけが使えます。",
    )

    def command(self) -> Invite:
        """Return for whom it is."""
        ending, at_once = self.ending.value.lower().removeprefix("@"), "at_once" in self and self.at_once.value
        return Invite(
            self.most.value or 0, self.name.value, ending, self.department.value, self.last_day.day,
            needs_approval=not at_once,
        )  # fmt: skip


class AcceptForm(NameForm, NewPasswordForm):
    """What somebody writes who enters by an invitation."""

    email = AddressField(
        "メールアドレス", [DataRequired(), address_like, Length(max=LONGEST_LINE)],
        description="サインインに使います。職場のアドレスを入力してください。", render_kw={"autocomplete": "email"},
    )  # fmt: skip
    department = TextField("部署", [Length(max=200)])
    post = TextField("職", [Length(max=100)], description="例：主事、係長")

    def command(self) -> Enter:
        """Return who is to be entered; the organisation follows from the invitation."""
        return Enter(
            name=self.name.value,
            reading=self.reading.value,
            email=self.email.value,
            department=self.department.value,
            post=self.post.value,
            password=self.password.value if "password" in self else "",
        )


class LeaveForm(Form):
    """The last day of a membership."""

    last_day = DayField(
        "所属する最後の日",
        [DataRequired()],
        description="この日いっぱいで終わります。きょうで終えるときは、そのままにします。例：2027-03-31、R9.3.31",
    )


class ResumeForm(Form):
    """Whether an end was a slip, or from when somebody belongs again."""

    how = ChoiceField(
        "どうしますか",
        choices=options(
            [("resume", "終了を取り消す（入力の誤りだった）"), ("rejoin", "もう一度所属する（再任用・復職・再入庁）")]
        ),
        default="resume",
    )
    joined_on = DayField(
        "もう一度所属する日", description="「もう一度所属する」のときに入力します。例：2027-04-01、R9.4.1"
    )


class WelcomeForm(MembershipForm):
    """A person who comes from another organisation."""

    code = TextField(
        "異動コード", [DataRequired(), Length(max=50)], description="本人がアカウントの画面で発行します。例：ABCD-EFGH-JKLM",
        render_kw={"autocomplete": "off"},
    )  # fmt: skip

    def command(self) -> WelcomeStaff:
        """Return the person to be entered."""
        return WelcomeStaff(
            organisation_id=self.organisation_id.value,
            code=self.code.value,
            staff_number=self.staff_number.value or None,
            department=self.department.value,
            post=self.post.value,
            joined_on=self.joined_on.value,
        )


class TransferForm(Form):
    """Whether the present membership ends with the transfer."""

    ends_present = ChoiceField(
        "いまの所属", choices=options([("yes", "新しい所属が始まる日に終わる（異動・転籍）"), ("no", "そのまま続ける（併任・兼務）")]),
        default="yes",
    )  # fmt: skip
