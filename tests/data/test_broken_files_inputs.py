"""A file that is broken somewhere inside is told by its name and the place."""

import gzip
import subprocess
import sys

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from clvlab.data import load_transactions
from clvlab.errors import InputError

HEADER = "customer_id,date,amount\n"
LINE = "0012,2024-01-05,10.50\n"


def refused(source, **options):
    with pytest.raises(InputError) as raised:
        load_transactions(source, **options)
    assert raised.value.__cause__ is None
    return str(raised.value)


@pytest.fixture
def written(tmp_path):
    """A function that writes so many lines, with one line in their middle."""

    def write(middle: str, before: int = 150_000, after: int = 60_000, name: str = "orders.csv"):
        path = tmp_path / name
        with path.open("wb") as file:
            file.write((HEADER + LINE * before).encode())
            file.write(middle.encode("cp1252"))
            file.write((LINE * after).encode())
        return path

    return write


def test_a_line_with_another_number_of_fields(written):
    path = written("0012,2024-01-05\n")
    message = refused(path)
    assert f"file {path} must have 3 fields in each line, like its header" in message
    assert "1 lines have another number: row 150002." in message


def test_many_of_them_are_counted_and_the_first_named(written):
    message = refused(written("0012;2024-01-05\n" * 7_000))
    assert "7,000 lines have another number: rows 150002, 150003, 150004, 150005, 15" in message
    assert "and 6,995 more" in message


def test_a_line_break_inside_quotes_counts_as_a_line(written):
    lines = '"a\nb",2024-01-05,1\n"c",2024-01-05\n'
    assert "row 150004." in refused(written(lines))


def test_a_quotation_mark_that_is_never_closed(written):
    path = written('"0012,2024-01-05,10\n')
    assert (
        f"file {path} must close every quotation mark that it opens; "
        "one in the row that begins with line 150,002 is never closed"
    ) in refused(path)


def test_bytes_of_another_encoding(written):
    path = written("Müller,2024-01-05,10\n")
    assert f"file {path} must be text in the encoding utf-8; line 150,002" in refused(path)
    assert len(load_transactions(path, encoding="cp1252").table) == 2


def test_an_amount_that_is_none(written):
    assert "row 150002" in refused(written("0012,2024-01-05,ten\n"))


@pytest.mark.parametrize("cut", [0.1, 0.6, 0.999])
def test_a_gzip_file_that_ends_early(tmp_path, cut):
    path = tmp_path / "orders.csv.gz"
    lines = [f"{number % 977},2024-01-05,{number % 991}\n" for number in range(200_000)]
    whole = gzip.compress((HEADER + "".join(lines)).encode())
    path.write_bytes(whole[: int(len(whole) * cut)])
    assert f"file {path} must be a whole gzip file; it is damaged" in refused(path)


def test_the_file_of_several_is_named(written, tmp_path):
    written("", before=3, after=0, name="a.csv")
    path = written("0012\n", before=3, after=0, name="b.csv")
    assert f"file {path} must have 3 fields" in refused(tmp_path)


ORDERS = pd.DataFrame({"customer_id": ["0012", "0013"], "date": "2024-01-05", "amount": [1.5, 2.0]})


def three(folder, other, write):
    """Three files of which the second is another."""
    for name, table in (("a", ORDERS), ("b", other), ("c", ORDERS)):
        write(table, folder / name)
    return folder


WRITERS = [
    lambda table, path: table.to_csv(f"{path}.csv", index=False),
    lambda table, path: table.to_parquet(f"{path}.parquet"),
    lambda table, path: table.to_excel(f"{path}.xlsx", index=False),
]


@pytest.mark.parametrize("write", WRITERS, ids=["text", "Parquet", "Excel"])
def test_a_file_of_a_folder_that_lacks_a_column(tmp_path, write):
    message = refused(three(tmp_path, ORDERS.rename(columns={"amount": "sum"}), write))
    assert f"column 'amount' of {tmp_path} must be in each of the files; b." in message
    assert "lacks it" in message
    columns = {"customer_id": "customer_id", "date": "date", "amount": "2 * sum"}
    message = refused(tmp_path, columns=columns)
    assert "column 'sum'" in message
    assert "a." in message
    assert "c." in message


@pytest.mark.parametrize("write", WRITERS, ids=["text", "Parquet", "Excel"])
def test_a_column_that_nobody_needs_may_be_absent(tmp_path, write):
    log = load_transactions(three(tmp_path, ORDERS.assign(note="new", region="north"), write))
    assert log.table["region"].isna().sum() == 0
    assert log.table["amount"].tolist() == [4.5, 6.0]


def test_a_parquet_file_of_a_folder_with_another_type(tmp_path):
    three(tmp_path, ORDERS.assign(amount=["1,5", "2"]), WRITERS[1])
    message = refused(tmp_path)
    assert f"column 'amount' of file {tmp_path / 'b.parquet'} must have the type that" in message
    assert "string, and a.parquet holds double" in message


def test_types_that_go_together_do(tmp_path):
    three(tmp_path, ORDERS.assign(amount=[1, 2]), WRITERS[1])
    assert load_transactions(tmp_path).table["amount"].tolist() == [4.0, 6.0]


@pytest.fixture(scope="module")
def parquet():
    sink = pa.BufferOutputStream()
    lines = pd.DataFrame({"customer_id": range(50_000), "date": "2024-01-05", "amount": 1.5})
    pq.write_table(pa.Table.from_pandas(lines), sink, row_group_size=10_000)
    return sink.getvalue().to_pybytes()


@pytest.mark.parametrize("spoil", ["cut", "overwritten", "text"])
def test_a_parquet_file_that_is_damaged_in_the_middle(tmp_path, parquet, spoil):
    middle = len(parquet) // 2
    content = {
        "cut": parquet[:middle],
        "overwritten": parquet[: middle - 900] + b"\xff" * 1_800 + parquet[middle + 900 :],
        "text": LINE.encode(),
    }
    (tmp_path / "a.parquet").write_bytes(parquet)
    path = tmp_path / "b.parquet"
    path.write_bytes(content[spoil])
    message = refused(tmp_path)
    assert f"file {path} must be a Parquet file; it can't be read (" in message
    assert "a.parquet" not in message


def test_zeros_of_folders_stay(tmp_path):
    for store in ("007", "12"):
        (tmp_path / f"region={store}").mkdir()
        ORDERS.to_parquet(tmp_path / f"region={store}" / "lines.parquet")
    regions = load_transactions(tmp_path / "region=007").table["region"]
    assert regions.tolist() == ["007", "007"]
    assert load_transactions(tmp_path).quality["rows"].iloc[0] == 4


LOADING = """
import resource, sys
from clvlab.data import load_transactions
from clvlab.errors import InputError
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    load_transactions(sys.argv[1])
except InputError as error:
    print(error)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


@pytest.mark.trust
def test_a_broken_line_in_row_forty_million(tmp_path):
    path = tmp_path / "orders.csv"
    with path.open("w") as file:
        file.write(HEADER)
        for _ in range(400):
            file.write(LINE * 100_000)
        file.write("0012,2024-01-05\n")
        file.write(LINE * 100_000)
    done = subprocess.run(
        [sys.executable, "-c", LOADING, str(path)], capture_output=True, text=True, check=True
    )
    message, kilobytes = done.stdout.strip().splitlines()
    assert f"file {path} must have 3 fields" in message
    assert "1 lines have another number: row 40000002." in message
    # What stays is the columns, each value with its place: never the text as well, or twice.
    assert int(kilobytes) * 1024 < 2 * path.stat().st_size
