"""Why sign-in, opening an account and setting a second factor are refused."""

from __future__ import annotations

from shuxin.kernel.errors import Conflict, InvalidInput, NotFound, NotPermitted
from shuxin.kernel.text import Text


class SignInRefused(NotPermitted):
    code = "sign_in_refused"
    what = Text(en="name and password do not fit together", zh="用户名或密码不正确")
    mend = Text(
        en="Check both; after several failures sign-in waits for a while",
        zh="请核对后重试；多次失败后需等待一段时间",
    )


class SecondFactorRefused(NotPermitted):
    code = "second_factor_refused"
    what = Text(en="the code does not count", zh="验证码无效")
    mend = Text(
        en="Wait for the next code of your authenticator, check the clock of its device, or use a recovery code",
        zh="请等待验证器显示下一个验证码，检查设备时间，或使用恢复码",
    )


class InvitationRefused(NotPermitted):
    code = "invitation_refused"
    what = Text(
        en="the code opens no account: it is wrong, used or expired",
        zh="该邀请码无法开户：不正确、已使用或已过期",
    )
    mend = Text(en="Ask for a new code", zh="请重新索取邀请码")


class NameTaken(Conflict):
    code = "account_name_taken"
    what = Text(en="there is an account of this name", zh="该用户名已被使用")
    mend = Text(en="Choose another name", zh="请更换用户名")


class NameInvalid(InvalidInput):
    code = "account_name_invalid"
    what = Text(en="this cannot be a user name", zh="用户名不符合要求")
    mend = Text(
        en="Use 2 to 150 letters, digits and . _ - @ +",
        zh="请使用 2 至 150 个字母（含汉字）、数字或 . _ - @ + 符号",
    )


class PasswordWeak(InvalidInput):
    code = "password_weak"
    what = Text(en="the password is too easy to guess", zh="密码过于简单")
    mend = Text(
        en="Take 12 to 256 characters; not a common password, not digits alone, not like your name",
        zh="请使用 12 至 256 个字符，避免常见密码、纯数字以及与用户名相似的内容",
    )


class RolesInvalid(InvalidInput):
    code = "account_roles_invalid"
    what = Text(en="an account cannot have these roles", zh="账户不能具有这些角色")
    mend = Text(
        en="Choose among {known}; system, security and audit administration are for three different people",
        zh="可选角色：{known}；系统、安全、审计管理须由不同人员担任",
    )


class FirstAccountExists(Conflict):
    code = "first_account_exists"
    what = Text(en="there is a system administrator already", zh="已存在系统管理员")
    mend = Text(
        en="Invite further people: shuxin account invite",
        zh="请使用 shuxin account invite 邀请其他人员",
    )


class TwoPersonsNeeded(NotPermitted):
    code = "account_two_persons_needed"
    what = Text(
        en="officers, attesters and administrators are invited by two persons",
        zh="工作人员、身份核验方与管理员须经两人共同邀请",
    )
    mend = Text(
        en="Name the person: shuxin account invite --person …; a second person gives the same command",
        zh="请指明人员：shuxin account invite --person …，并由第二人执行相同命令",
    )


class AccountUnknown(NotFound):
    code = "account_unknown"
    what = Text(en="there is no account of this name", zh="没有该用户名的账户")
    mend = Text(en="List them: shuxin account list", zh="请用 shuxin account list 查看")


class AccountShut(Conflict):
    code = "account_shut"
    what = Text(en="the account is shut", zh="账户已停用")
    mend = Text(en="Open it first: shuxin account reopen", zh="请先用 shuxin account reopen 恢复")


class AccountOpen(Conflict):
    code = "account_not_shut"
    what = Text(en="the account is not shut", zh="账户未停用")
    mend = Text(en="Nothing is left to do", zh="无需再操作")


class OwnAccount(NotPermitted):
    code = "own_account"
    what = Text(en="nobody does this to an account of his own", zh="不得对本人账户执行此操作")
    mend = Text(en="Two other persons must do it", zh="须由另外两人办理")
