"""How an answer travels: small, kept as long as it stays the same, and telling no secret by its length."""

from __future__ import annotations

import re

import pytest

from kernel.text import phrases


def test_a_static_file_is_named_by_what_is_in_it_and_kept_for_a_year(client):
    address = re.search(r'href="(/static/vendor/style\.css\?v=\w{10})"', client.get("/").text)[1]
    kept = client.get(address)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in client.get("/static/vendor/style.css").headers["Cache-Control"]


@pytest.mark.parametrize("how", ["br", "gzip"])
def test_what_holds_no_secret_of_the_reader_is_compressed(client, how):
    for address in ("/static/vendor/style.css", "/", "/catalog"):
        answer = client.get(address, headers={"Accept-Encoding": how})
        assert answer.headers.get("Content-Encoding") == how, address
        assert "Accept-Encoding" in answer.headers["Vary"]
        assert len(answer.data) * 2 < len(client.get(address).data)


def test_a_page_of_who_is_signed_in_is_not_compressed(app, mizuho):
    answer = mizuho.staff.browser().get("/me", headers={"Accept-Encoding": "br, gzip"})
    assert "Content-Encoding" not in answer.headers


def test_no_page_of_a_visitor_weighs_more_than_60_kib_with_its_style_and_scripts(client):
    def weight(address):
        return len(client.get(address, headers={"Accept-Encoding": "gzip"}).data)

    for page in ("/", "/catalog", "/courses/security-basics", "/curricula/newcomers", "/remarks"):
        text = client.get(page).text
        parts = re.findall(r'<(?:script|link)[^>]+(?:src|href)="(/static/[^"]+\.(?:js|css)[^"]*)"', text)
        assert parts
        assert weight(page) + sum(weight(part) for part in parts) + weight("/static/vendor/icons.svg") < 60 * 1024, page


def test_what_programs_ask_for_is_there(client):
    assert "Disallow: /certificates/" in client.get("/robots.txt").text
    assert client.get("/favicon.ico").status_code == 302
    page = client.get("/courses/security-basics").text
    assert 'property="og:title" content="全職員のための情報セキュリティ"' in page


def test_a_heading_breaks_between_phrases_and_keeps_every_sign(client):
    assert phrases("みんなのDX研修") == '<span class="phrases">みんなの<wbr>DX研修</span>'
    assert "&lt;b&gt;" in phrases("<b>を書く")
    assert phrases("") == '<span class="phrases"></span>'
