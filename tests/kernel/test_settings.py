"""A start that would be unsafe is refused with a sentence that says what to set."""

from __future__ import annotations

import pytest

from kernel.settings import Settings, SettingsError, packages_url


def test_a_production_start_without_a_secret_is_refused(tmp_path):
    with pytest.raises(SettingsError, match="SECRET_KEY is not set"):
        Settings.from_environ({"VAR": str(tmp_path)})


@pytest.mark.parametrize("secret", ["secret", "changeme", "a" * 64, "short but mixed 123", "dev"])
def test_a_default_or_simple_secret_is_refused(secret, tmp_path):
    with pytest.raises(SettingsError, match="default or too simple"):
        Settings.from_environ({"SECRET_KEY": secret, "VAR": str(tmp_path)})


def test_a_demonstration_makes_its_own_secret_and_keeps_it(tmp_path):
    first = Settings.from_environ({"DEMO": "1", "VAR": str(tmp_path)})
    again = Settings.from_environ({"DEMO": "1", "VAR": str(tmp_path)})
    assert first.secret_key == again.secret_key
    assert len(first.secret_key) == 64


def test_a_demonstration_lies_apart_from_real_work_and_is_read_by_its_owner_only(tmp_path):
    sample = Settings.from_environ({"DEMO": "1", "VAR": str(tmp_path)})
    real = Settings.from_environ({"SECRET_KEY": "0123456789abcdef" * 4, "VAR": str(tmp_path)})
    assert sample.database_url != real.database_url
    assert sample.files_url != real.files_url
    assert {oct(file.stat().st_mode)[-3:] for file in tmp_path.glob("*.sqlite")} == {"600"}


def test_production_cookies_go_over_https_only(tmp_path):
    settings = Settings.from_environ({"SECRET_KEY": "0123456789abcdef" * 4, "VAR": str(tmp_path)})
    assert settings.secure_cookies
    assert not settings.demo


@pytest.mark.parametrize("address", ["postgres://u@h/d", "postgresql://u@h/d"])
def test_the_usual_addresses_of_postgresql_are_understood(address, tmp_path):
    settings = Settings.from_environ({"DEMO": "1", "VAR": str(tmp_path), "DATABASE_URL": address})
    assert settings.database_url == "postgresql+psycopg://u@h/d"


@pytest.mark.parametrize(
    ("given", "public", "there"),
    [
        (None, "http://127.0.0.1:8000", "http://*.localhost:8000"),
        (None, "http://localhost", "http://*.localhost"),
        (None, "https://manabi.example.lg.jp", ""),
        ("https://*.manabi-packages.lg.jp/", "https://manabi.example.lg.jp", "https://*.manabi-packages.lg.jp"),
        ("https://*.Packages.example.jp:443", "https://manabi.example.lg.jp", "https://*.packages.example.jp"),
        ("http://*.localhost:8000", "http://127.0.0.1:8000", "http://*.localhost:8000"),
        ("", "http://127.0.0.1:8000", ""),
    ],
)  # fmt: skip
def test_packages_run_under_a_name_of_their_own_each_or_nowhere(given, public, there):
    assert packages_url(given, public) == there


@pytest.mark.parametrize(
    "given",
    [
        "https://packages.example.jp", "packages.example.jp", "http://[", "https://*.packages.example.jp/under",
        "https://*.packages.example.jp?x=1", "ftp://*.packages.example.jp", "https://*.packages.example.jp; script-src *",
        "https://user@*.packages.example.jp", "https://*.packages.example.jp:x", "https://packages.*.example.jp", "https://*",
    ],
)  # fmt: skip
def test_packages_need_an_address_with_room_for_names(given):
    with pytest.raises(SettingsError, match="PACKAGES_URL must be an address"):
        packages_url(given, "https://manabi.example.lg.jp")


@pytest.mark.parametrize(
    "given",
    [
        "https://*.packages.manabi.example.lg.jp", "https://*.manabi.example.lg.jp:8443", "https://*.Example.lg.jp.",
        "https://*.packages.example.lg.jp",
    ],
)  # fmt: skip
def test_packages_never_run_where_they_could_set_a_cookie_for_the_application(given):
    with pytest.raises(SettingsError, match="set cookies for the application"):
        packages_url(given, "https://manabi.example.lg.jp")
