"""The acts of the audit log become a closed vocabulary: what was stored as a label is stored as its key."""

import sqlalchemy as sa
from alembic import op

revision = '0011_closed_acts'
down_revision = '0010_due_again'
branch_labels = None
depends_on = None

# The labels as they were written until then, by the keys of today.
LABELS = {
    'signed in': 'サインイン',
    'password set': 'パスワードを設定',
    'password changed': 'パスワードを変更',
    'signed out everywhere': 'すべての端末からサインアウト',
    'invitation link': '招待のリンクを発行',
    'reset link': 'パスワードの再設定のリンクを発行',
    'staff entered': '職員を登録',
    'staff corrected': '職員の登録を訂正',
    'membership ended': '所属を終了',
    'roles changed': '役割を変更',
    'office invited': '団体の招待リンクを発行',
    'office invitation ended': '団体の招待リンクを終了',
    'entered by invitation': '招待のリンクから登録',
    'transfer code': '異動コードを発行',
    'transferred': '異動してきた職員を登録',
    'left by transfer': '異動により所属を終了',
    'figures corrected': '団体の規模を訂正',
    'course begun': '講座を作成',
    'draft changed': '講座の下書きを変更',
    'links changed': '実施団体と先に受ける講座を変更',
    'next edition': '次の版の下書きを作成',
    'module added': '単元を追加',
    'module changed': '単元を変更',
    'lesson added': 'レッスンを追加',
    'lesson changed': 'レッスンを変更',
    'lesson moved': 'レッスンの順番を変更',
    'lesson removed': 'レッスンを削除',
    'question changed': '問題を変更',
    'question moved': '問題の順番を変更',
    'file added': '教材のファイルを追加',
    'file removed': '教材のファイルを削除',
    'skill added': 'スキルを追加',
    'skill renamed': 'スキルの名前を変更',
    'motivation added': 'きっかけを追加',
    'motivation removed': 'きっかけを削除',
    'asking marked': '応えたい声の印を変更',
    'article imported': '座談会の記事を取り込み',
    'handed in': '講座の確認を依頼',
    'sent back': '講座を差し戻し',
    'published': '講座を公開',
    'retired': '講座の公開を終了',
    'curriculum begun': 'カリキュラムを作成',
    'curriculum changed': 'カリキュラムを変更',
    'curriculum published': 'カリキュラムを公開',
    'curriculum adopted': 'カリキュラムを採用',
    'adoption ended': 'カリキュラムの採用をやめる',
    'session planned': '開催回を計画',
    'session changed': '開催回を変更',
    'session cancelled': '開催回を中止',
    'session called off': '開催回を不開催に',
    'session closed': '開催回を完了',
    'meeting moved': '会の日時・会場を変更',
    'meeting cancelled': '会を中止',
    'nominated': '推薦に追加',
    'nomination removed': '推薦から除外',
    'nomination moved': '推薦の順番を変更',
    'nomination note': '推薦の連絡事項を変更',
    'nominated on behalf': '推薦に追加(実施団体が代行)',
    'nomination removed on behalf': '推薦から除外(実施団体が代行)',
    'nomination moved on behalf': '推薦の順番を変更(実施団体が代行)',
    'nomination note on behalf': '推薦の連絡事項を変更(実施団体が代行)',
    'allocated': '割当を決定',
    'exception': '例外の席を決定',
    'offer accepted': '席の案内を承諾',
    'offer declined': '席の案内を辞退',
    'waiting withdrawn': '待機を取下げ',
    'substituted': '代理に変更',
    'enrolled': '受講を申し込み',
    'withdrawn': '受講を取りやめ',
    'attendance': '出欠を入力',
    'code shown': '出席コードを表示',
    'certificate revoked': '修了証を取り消し',
    'outside confirmed': 'ほかで学んだことを確認',
    'practice commented': 'やってみたことにひとこと',
}


def _rename(new_by_old: dict[str, str]) -> None:
    entry = sa.table('audit_entry', sa.column('act', sa.Text()))
    op.execute(sa.update(entry).values(act=sa.case(new_by_old, value=entry.c.act, else_=entry.c.act)))


def upgrade() -> None:
    _rename({label: key for key, label in LABELS.items()})


def downgrade() -> None:
    _rename(LABELS)
