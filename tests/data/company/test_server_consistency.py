"""A company on a real PostgreSQL server is the one in the folder."""

import pandas as pd
import pytest

from clvlab import open_log
from clvlab.data.company import CONTRACTS, load_company, load_identities
from clvlab.data.company.fingerprint import table_fingerprint
from clvlab.data.database_places import find_database
from clvlab.data.databases import DatabaseTable


@pytest.fixture
def server(served, postgres, monkeypatch):
    monkeypatch.setenv("CRM", postgres.address())
    return served


def sorted_rows(table):
    return table.sort_values(list(table.columns), ignore_index=True)


def unlike(folder, name, table):
    """The rows whose key no other row of the folder's table has."""
    key = CONTRACTS[name].key
    written = pd.read_csv(folder / f"{name}.csv", dtype=str)
    repeated = set(written.loc[written.duplicated(list(key)), key[0]]) if key else set()
    return table[~table[key[0]].isin(repeated)] if key else table


def test_the_company_is_that_of_the_folder(server, example):
    there, folder = load_company(server), load_company(example[0])
    assert (there.name, there.simulated) == (folder.name, folder.simulated)
    assert set(there.tables) == set(folder.tables)
    for name in folder.tables:
        # A server promises no order of rows, so they come in the order of their contents, and of
        # several with one key another may be the first.
        tables = [sorted_rows(unlike(example[0], name, one.table(name))) for one in (there, folder)]
        pd.testing.assert_frame_equal(*tables)
    pd.testing.assert_frame_equal(there.quality(), folder.quality())
    for log in (there.purchases(), open_log(server)):
        pd.testing.assert_frame_equal(log.table, folder.purchases().table, check_exact=True)
        pd.testing.assert_frame_equal(log.calendar, folder.purchases().calendar, check_exact=True)


def test_names_are_found_again(server, example):
    names = [sorted_rows(load_identities(one)) for one in (server, example[0])]
    pd.testing.assert_frame_equal(*names)


def test_the_fingerprint_is_of_the_rows(server, postgres):
    losses = DatabaseTable(find_database("env:CRM"), "crm.losses")
    before = table_fingerprint(losses)
    assert before["database"] == "server"
    postgres.run("VACUUM FULL crm.losses", "ANALYZE crm.losses")
    assert table_fingerprint(losses) == before
    postgres.run("UPDATE crm.losses SET reason = 'price' WHERE ctid = '(0,1)'")
    assert table_fingerprint(losses) != before
