"""Reports that are made side by side share the machine's memory."""

from clvlab.reports.nights.night import _with_shares_of_memory
from clvlab.reports.orders.order import Order
from clvlab.reports.running.limits import memory_limit

PLAIN, LIMITED = Order("a.ipynb", "out"), Order("b.ipynb", "out", memory_bytes=5)


def test_those_without_a_limit_share_what_there_is():
    found = _with_shares_of_memory([PLAIN, LIMITED, PLAIN], jobs=2)
    assert [one.memory_bytes for one in found] == [
        memory_limit(0) // 2,
        5,
        memory_limit(0) // 2,
    ]


def test_a_report_alone_has_all_of_it():
    assert _with_shares_of_memory([PLAIN], jobs=4)[0].memory_bytes == memory_limit(0)
