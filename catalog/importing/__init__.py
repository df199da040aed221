"""Importing articles (記事の取り込み): compared with what is stored, stored, and taken back."""
