"""Settings that would endanger records are refused in plain words; the others have safe defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

import config
from casemgr.platform.launcher import say_what_is_missing

SAFE = {
    "CASEMGR_PRODUCTION": "1",
    "CASEMGR_SECRET_KEY": "x" * 40,
    "CASEMGR_BASE_URL": "https://cases.example.org",
}


def test_papers_are_kept_in_the_data_folder_unless_told_otherwise(tmp_path: Path) -> None:
    settings = config.load({**SAFE, "CASEMGR_DATA": str(tmp_path)})
    assert settings.storage_url == str(tmp_path / "objects")
    assert settings.storage_options == {}


def test_a_bucket_is_reached_with_the_usual_names_and_its_keys_are_not_shown(tmp_path: Path) -> None:
    settings = config.load(
        {
            **SAFE,
            "CASEMGR_DATA": str(tmp_path),
            "STORAGE_URL": "s3://papers/casemgr",
            "AWS_ENDPOINT_URL": "http://127.0.0.1:9000",
            "AWS_REGION": "eu-central-1",
            "AWS_ACCESS_KEY_ID": "who",
            "AWS_SECRET_ACCESS_KEY": "hush",
        }
    )
    assert settings.storage_options == {
        "endpoint": "http://127.0.0.1:9000",
        "region": "eu-central-1",
        "access_key_id": "who",
        "secret_access_key": "hush",
    }
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    "told, words",
    [
        ({"STORAGE_URL": "ftp://somewhere"}, "must be a folder, or s3://bucket/prefix"),
        ({"STORAGE_URL": "s3://"}, "must be a folder, or s3://bucket/prefix"),
        ({"STORAGE_URL": "s3://key:secret@papers"}, "must not hold a key"),
        ({"STORAGE_URL": "memory:///"}, "in memory only"),
        ({"STORAGE_URL": "s3://papers", "AWS_ENDPOINT_URL": "http://store.example.org"}, "must be an https:// address"),
    ],
)
def test_an_unsafe_store_is_refused(told: dict[str, str], words: str, tmp_path: Path) -> None:
    with pytest.raises(config.UnsafeSettings, match=words) as refusal:
        config.load({**SAFE, "CASEMGR_DATA": str(tmp_path), **told})
    assert "secret@" not in str(refusal.value)


@pytest.mark.parametrize(
    "place, told, words",
    [
        ("data/keys", {}, "folder of the data"),
        ("files/keys", {"STORAGE_URL": "files"}, "folder of the data"),
        ("keys", {"STORAGE_URL": "s3://papers"}, "encryption of the bucket"),
    ],
)
def test_a_key_beside_what_it_seals_is_refused(place: str, told: dict[str, str], words: str, tmp_path: Path) -> None:
    told = {key: value if "://" in value else str(tmp_path / value) for key, value in told.items()}
    given = {"CASEMGR_DATA": str(tmp_path / "data"), "CASEMGR_STORE_KEY_FILE": str(tmp_path / place), **told}
    with pytest.raises(config.UnsafeSettings, match=words):
        config.load({"CASEMGR_SECRET_KEY": "x" * 40, **given})


def test_a_key_outside_the_data_folder_is_taken(tmp_path: Path) -> None:
    given = {"CASEMGR_DATA": str(tmp_path / "data"), "CASEMGR_STORE_KEY_FILE": str(tmp_path / "keys")}
    assert config.load({**SAFE, **given}).storage_key_file == tmp_path / "keys"


@pytest.mark.parametrize("address", ["scanner.internal:3310", "127.0.0.1:3310", "[::1]:3310", "/run/clamav/clamd.ctl"])
def test_a_scanner_is_a_host_and_port_or_a_socket(address: str, tmp_path: Path) -> None:
    assert config.load({**SAFE, "CASEMGR_DATA": str(tmp_path), "CASEMGR_CLAMAV": address}).clamav == address


@pytest.mark.parametrize("address", ["scanner", "scanner:", "http://scanner:3310", "scanner:x"])
def test_a_scanner_that_cannot_be_found_stops_the_start_instead_of_letting_files_through(
    address: str, tmp_path: Path
) -> None:
    with pytest.raises(config.UnsafeSettings, match="CASEMGR_CLAMAV"):
        config.load({**SAFE, "CASEMGR_DATA": str(tmp_path), "CASEMGR_CLAMAV": address})


def test_one_line_says_how_to_get_libreoffice_where_it_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("casemgr.storage.soffice._places", lambda: [])
    say_what_is_missing(config.load({"CASEMGR_DATA": str(tmp_path), "CASEMGR_SOFFICE": "none"}))
    assert capsys.readouterr().out == ""
    say_what_is_missing(config.load({"CASEMGR_DATA": str(tmp_path)}))
    (line,) = capsys.readouterr().out.splitlines()
    assert "apt install libreoffice-writer-nogui" in line
