"""Roundtable articles of our own making, in the shapes that occur. Nobody in them exists."""

from __future__ import annotations

INTRODUCED = """\
見出し画像

小さなまちの学びを支える~若葉町CIO×都CIO座談会①~

東京都・区市町村CIOフォーラムの活動を紹介します。
第41回は、「若葉町CIO×都CIO座談会」をお届けします!
※CIO(情報統括責任者):組織の情報戦略における最高責任者

※この記事は全2回でお届けします。

令和5年2月3日に、「東京都・区市町村CIOフォーラム第41回座談会」として若葉町CIOと都CIOの対談を実施しました。

参加者(敬称略)
若葉町CIO:若葉町副町長 青木 実
若葉町総務課長:森田 さやか
都CIO:東京都副知事 海野 航
都デジタルサービス局戦略部長:山辺 静

議題
①職員の研修
②窓口の工夫

職員の研修

一人で悩まない仕組み

画像1

都CIO海野(以下「海野」):
研修はどのように進めていますか?

若葉町CIO青木(以下「青木」):
担当が一人しかいないので、近くの町と一緒に受けられると助かります。
特に、基礎の講座は中身が同じはずです。

海野:
同じ講座を分け合えるといいですね。

森田課長(以下森田):
申込みの手間も減らしたいです。

窓口の工夫

待ち時間の見える化

海野:
窓口はいかがでしょう。

森田:
混み具合を知らせる仕組みをつくりました。

今回も多くのお話を伺いました。後半もお楽しみに!

執筆者:川上 葉(デジタルサービス局)
編集:同上

バックナンバー
第40回 みどり市CIO×都CIO座談会
この記事が気に入ったらサポートをしてみませんか?"""

SECOND_PART = """\
まちを越えて学ぶ ~若葉町CIO×東京都CIO座談会②~
第41回は「若葉町CIO×東京都CIO座談会」をお届けします!
令和5年2月3日に、「東京都・区市町村CIOフォーラム第41回座談会」として若葉町CIOと東京都CIOの対談を実施しました。
※この記事は全2回でお届けします。前半はこちら。
参加者(敬称略)
若葉町CIO:若葉町副町長 青木 実
東京都CIO:東京都副知事 海野 航
共に学ぶ
青木
合同の研修を増やしてほしいです。
東京都CIO:東京都副知事 海野 航
場所を選ばず受けられる形も考えたいです。
海野
ぜひ一緒に進めましょう。
―本日はありがとうございました。
本取組については、今後も継続して実施する予定です。次回もお楽しみに!
"""


def article(body: str, participants: str = "", head: str = "") -> str:
    """An article with a usual head, these participants and this body."""
    listed = participants or "若葉町CIO:若葉町副町長 青木 実\n東京都CIO:東京都副知事 海野 航"
    head = head or (
        "学びを分け合う~若葉町CIO×東京都CIO座談会~\n第41回は「若葉町CIO×東京都CIO座談会」をお届けします！\n"
        "令和5年2月3日に、「東京都・区市町村CIOフォーラム第41回座談会」として若葉町CIOと東京都CIOの対談を実施しました。"
    )
    return f"{head}\n参加者（敬称略）\n{listed}\n{body}\n"


def simple(speaker: str = "青木", text: str = "共に学びたいです。") -> str:
    """An article with one remark under one heading."""
    return article(f"共に学ぶ\n{speaker}\n{text}")
