"""Write a personnel file of very many people who do not exist, in CP932, as personnel systems do: to measure `flask people load-large`.

Usage: python scripts/personnel_file.py NUMBER PATH
Each line names its organisation (団体コード); all local governments have about as many people.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADINGS = "団体コード,職員番号,氏名,フリガナ,メールアドレス,部,所属,職名,採用日"
FAMILY = "佐藤=サトウ 鈴木=スズキ 高橋=タカハシ 田中=タナカ 伊藤=イトウ 渡辺=ワタナベ 山本=ヤマモト 中村=ナカムラ 小林=コバヤシ 加藤=カトウ"
GIVEN = "太郎=タロウ 花子=ハナコ 一郎=イチロウ 明=アキラ 陽菜=ヒナ 翔=ショウ 葵=アオイ 健=ケン 直樹=ナオキ 美咲=ミサキ"


def main(number: int, path: Path) -> None:
    """Write the file."""
    table = (ROOT / "content" / "organisations.csv").read_text(encoding="utf-8").splitlines()[1:]
    codes = [code for code in (line.partition(",")[0] for line in table) if code]
    family, given = ([pair.split("=") for pair in names.split()] for names in (FAMILY, GIVEN))
    each = -(-number // len(codes))
    with path.open("w", encoding="cp932", newline="\r\n") as file:
        file.write(HEADINGS + "\n")
        for n in range(number):
            (name, kana), (first, first_kana) = family[n % 10], given[n // 10 % 10]
            office = codes[n // each]
            file.write(
                f"{office},{n:07d},{name} {first},{kana} {first_kana},p{n}@c{office}.example.lg.jp,"
                f"第{n % 8}部,第{n % 40}課,主事,2020/04/01\n"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
