"""A log with a broken file is refused by the name of the file and the place, and leaves nothing."""

from __future__ import annotations

import gzip
import os

import pandas as pd
import pytest

import clvlab

LINES = pd.DataFrame(
    {"customer_id": ["a", "a", "b"], "date": "2024-01-05", "amount": [10.0, 20.0, 5.0]}
)
HEADER, LINE = "customer_id,date,amount\n", "0012,2024-01-05,10.50\n"


@pytest.fixture
def refused(tmp_path):
    """A function that summarizes a folder and gives what is said."""

    def summarize(source, **options):
        out = tmp_path / "out"
        out.mkdir(exist_ok=True)
        (out / "base.parquet").write_text("earlier")
        with pytest.raises(clvlab.InputError) as raised:
            clvlab.summarize_at_scale(source, out / "base.parquet", temp_directory=out, **options)
        assert raised.value.__cause__ is None
        assert [one.name for one in out.iterdir()] == ["base.parquet"]
        assert (out / "base.parquet").read_text() == "earlier"
        return str(raised.value)

    return summarize


@pytest.fixture
def folder(tmp_path):
    """A folder of a log with one good file of each kind in a folder of its own."""
    for kind in ("text", "Parquet"):
        (tmp_path / kind).mkdir()
    LINES.to_csv(tmp_path / "text" / "a.csv", index=False)
    LINES.to_parquet(tmp_path / "Parquet" / "a.parquet", index=False)
    return tmp_path


@pytest.mark.parametrize("name", ["customer_id", "date", "amount"])
@pytest.mark.parametrize("kind", ["text", "Parquet"])
def test_a_file_of_a_folder_that_lacks_a_column(folder, refused, kind, name):
    other = LINES.rename(columns={name: "other"})
    if kind == "text":
        other.to_csv(folder / kind / "b.csv", index=False)
    else:
        other.to_parquet(folder / kind / "b.parquet", index=False)
    message = refused(folder / kind)
    assert f"column '{name}' of {folder / kind} must be in each of the files; b." in message


def test_a_parquet_file_of_a_folder_with_another_type(folder, refused):
    path = folder / "Parquet" / "b.parquet"
    LINES.assign(customer_id=[1, 2, 3]).to_parquet(path, index=False)
    message = refused(folder / "Parquet")
    assert f"column 'customer_id' of file {path} must have the type that it has in" in message
    assert "int64, and a.parquet holds " in message


def test_files_whose_columns_stand_otherwise_go_together(folder, tmp_path):
    LINES.iloc[:, ::-1].assign(note="new").to_csv(folder / "text" / "b.csv", sep=";", index=False)
    base = clvlab.summarize_at_scale(folder / "text", tmp_path / "base.parquet")
    log = clvlab.load_transactions(folder / "text")
    expected = clvlab.summarize(log)
    pd.testing.assert_frame_equal(base.read().table, expected.table, check_exact=True)


@pytest.mark.parametrize("before", [3, 150_000])
@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("0012,2024-01-05\n", "must have 3 fields in each line, like its header; line {} has 2."),
        ("0012,2024-01-05,1,2\n", "must have 3 fields in each line, like its header; line {} has"),
        ('"0012,2024-01-05,1\n', "one in the row that begins with line {} is never closed"),
        ("Müller,2024-01-05,1\n", "must be text in the encoding utf-8; line {} holds bytes"),
    ],
    ids=["few", "many", "quote", "bytes"],
)
def test_a_broken_line(folder, refused, before, line, said):
    path = folder / "text" / "b.csv"
    path.write_bytes((HEADER + LINE * before).encode() + line.encode("cp1252") + LINE.encode())
    message = refused(folder / "text")
    assert f"file {path} " in message
    assert said.format(f"{before + 2:,}") in message
    assert "0012" not in message


@pytest.mark.parametrize("cut", [0.3, 0.999])
def test_a_gzip_file_that_ends_early(folder, refused, cut):
    lines = "".join(f"{n % 977},2024-01-05,{n % 991}\n" for n in range(100_000))
    whole = gzip.compress((HEADER + lines).encode())
    path = folder / "text" / "b.csv.gz"
    path.write_bytes(whole[: int(len(whole) * cut)])
    assert f"file {path} must be a whole gzip file; it is damaged" in refused(folder / "text")


def test_an_encoding_that_the_engine_does_not_read(folder, refused):
    assert "'encoding' must be one that DuckDB reads; got 'gb18030'" in refused(
        folder / "text", encoding="gb18030"
    )


@pytest.mark.parametrize("ids", [range(50_000), [f"{n:05d}" for n in range(50_000)]])
@pytest.mark.parametrize("spoil", ["cut", "overwritten", "text"])
def test_a_parquet_file_that_is_damaged(folder, refused, spoil, ids):
    days = pd.Timestamp("2024-01-05")
    whole = folder / "Parquet" / "a.parquet"
    lines = pd.DataFrame({"customer_id": ids, "date": days, "amount": 1.5})
    lines.to_parquet(whole, index=False, row_group_size=10_000)
    content = whole.read_bytes()
    middle = len(content) // 2
    spoilt = {
        "cut": content[:middle],
        "overwritten": content[: middle - 900] + b"\xff" * 1_800 + content[middle + 900 :],
        "text": LINE.encode(),
    }
    path = folder / "Parquet" / "b.parquet"
    path.write_bytes(spoilt[spoil])
    message = refused(folder / "Parquet")
    assert f"file {path} must be a Parquet file; it can't be read (" in message
    assert "a.parquet" not in message


def test_a_folder_named_by_a_variable_is_not_repeated(folder, refused, monkeypatch):
    monkeypatch.setenv("ORDERS", os.fspath(folder / "text"))
    (folder / "text" / "b.csv").write_text(HEADER + "0012\n")
    message = refused("env:ORDERS")
    assert "file env:ORDERS/b.csv must have 3 fields" in message
    assert os.fspath(folder) not in message


@pytest.mark.trust
def test_a_broken_line_in_row_four_million(tmp_path, refused):
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write(HEADER)
        for _ in range(40):
            file.write(LINE * 100_000)
        file.write("0012,2024-01-05\n")
        file.write(LINE * 100_000)
    message = refused(path, memory_limit="500MB")
    assert f"file {path} must have 3 fields" in message
    assert "line 4,000,002 has 2." in message
