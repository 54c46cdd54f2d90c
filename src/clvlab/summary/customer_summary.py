"""The customer summary: one row per customer, with the window it was observed in."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from clvlab.clock import StudyWindow, TimeUnit
from clvlab.errors import InputError, Problem
from clvlab.schema import CUSTOMER_ID, FREQUENCY, MONETARY_VALUE, RECENCY, T
from clvlab.summary.record import METADATA_KEY as METADATA_KEY
from clvlab.summary.record import SummaryRecord, read_record

FIRST_PURCHASE: Final = "first_purchase"
RECENCY_DAYS: Final = "recency_days"
T_DAYS: Final = "T_days"
LOG_GAPS: Final = "log_gaps"
TOTAL_AMOUNT: Final = "total_amount"
HISTORY_COMPLETE: Final = "history_complete"
HOLDOUT_FREQUENCY: Final = "holdout_frequency"
HOLDOUT_AMOUNT: Final = "holdout_amount"


@dataclass(frozen=True)
class CustomerSummary:
    """One row per customer, and the window that gives its times a meaning.

    Attributes
    ----------
    table
        Indexed by ``customer_id``, in the order of the log's first purchases. To be read, not
        written. Columns:

        - ``first_purchase``: day of the first purchase seen.
        - ``frequency``: repeat purchase days in the calibration, the first not counted; integer.
        - ``recency_days``: days from the first to the last purchase of the calibration; integer.
        - ``T_days``: days from the first purchase to the calibration end; integer.
        - ``log_gaps``: sum of the logarithms of the days between successive purchases of the
          calibration, 0 when there are none; days in whichever unit. Absent from files of earlier
          versions.
        - ``monetary_value``: mean amount of the repeat purchases; missing when there are none.
        - ``total_amount``: amount of all purchases of the calibration.
        - ``history_complete``: false where the first purchase seen need not be the customer's
          first (see `summarize`).
        - ``holdout_frequency``, ``holdout_amount``: purchase days and amount in the holdout; only
          with a holdout.
    window
        Unit, calibration end and holdout end. Times are stored in days; the unit only scales
        what is estimated and shown, so no operation on the table can mix units up.
    name
        Name of the data, for titles and stamps.
    currency
        Currency of the amounts, when known.
    simulated
        Whether the data were simulated.
    quality
        The data-quality table of the log, where an engine made the summary of it.

    References
    ----------
    P. S. Fader, B. G. S. Hardie and K. L. Lee (2005), "Counting Your Customers" the Easy Way: An
    Alternative to the Pareto/NBD Model, Marketing Science 24(2), 275-284.
    """

    table: pd.DataFrame
    window: StudyWindow
    name: str = "transactions"
    currency: str | None = None
    simulated: bool = False
    quality: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        if not self.table.index.is_unique:
            twice = self.table.index[self.table.index.duplicated()].unique()
            raise InputError(
                Problem(
                    "the table of customers",
                    "must have one row per customer",
                    f"{len(twice):,} ids come more than once, such as {twice[0]!r}",
                    "Make the summary from a transaction log with summarize().",
                )
            )

    def __len__(self) -> int:
        return len(self.table)

    @property
    def has_holdout(self) -> bool:
        """Whether the table holds the actuals of a holdout."""
        return HOLDOUT_FREQUENCY in self.table.columns

    @property
    def repeaters(self) -> int:
        """Number of customers with at least one repeat purchase."""
        return int((self.table[FREQUENCY] > 0).sum())

    @property
    def repeat_purchases(self) -> int:
        """Number of repeat purchases in the calibration."""
        return int(self.table[FREQUENCY].sum())

    @property
    def left_truncated(self) -> int:
        """Number of customers whose first purchase seen need not be their first."""
        return int((~self.table[HISTORY_COMPLETE]).sum())

    def describe(self) -> dict[str, int]:
        """The base in numbers: ``customers``, ``repeaters``, ``repeat_purchases``."""
        return {
            "customers": len(self),
            "repeaters": self.repeaters,
            "repeat_purchases": self.repeat_purchases,
        }

    def to_frame(self, unit: TimeUnit | str | None = None) -> pd.DataFrame:
        """The four numbers of the literature in a unit of time.

        Parameters
        ----------
        unit
            Unit of ``recency`` and ``T``; the window's own by default.

        Returns
        -------
        pandas.DataFrame
            Indexed by ``customer_id``: ``frequency``, ``recency``, ``T``, ``monetary_value``
            (0 where there is no repeat purchase, as other tools expect).
        """
        days = (self.window.unit if unit is None else TimeUnit.parse(unit)).days
        return pd.DataFrame(
            {
                FREQUENCY: self.table[FREQUENCY],
                RECENCY: self.table[RECENCY_DAYS] / days,
                T: self.table[T_DAYS] / days,
                MONETARY_VALUE: self.table[MONETARY_VALUE].fillna(0.0),
            }
        )

    def head(self, rows: int = 5) -> pd.DataFrame:
        """The first customers, in the window's unit."""
        return self.to_frame().head(rows)

    def to_parquet(self, path: str | Path) -> None:
        """Write table and window into one Parquet file."""
        record = SummaryRecord(self.window, self.name, self.currency, self.simulated, self.quality)
        # Ids that count up are no column otherwise, and no engine would find them.
        table = pa.Table.from_pandas(self.table, preserve_index=True)
        metadata = {**(table.schema.metadata or {}), METADATA_KEY: record.to_json().encode()}
        pq.write_table(table.replace_schema_metadata(metadata), path)

    @classmethod
    def read_parquet(cls, path: str | Path) -> CustomerSummary:
        """Read back what `to_parquet` wrote, window included, or what an engine did.

        Parameters
        ----------
        path
            A file, or a folder of files as `SummaryFile` describes it; the customers of a folder
            come back in the order of their first purchases, then of their ids.

        Raises
        ------
        InputError
            For a Parquet file that has no window.
        """
        record = read_record(path)
        frame = pq.read_table(path).to_pandas()
        frame.index.name = CUSTOMER_ID
        if Path(path).is_dir():
            frame = frame.sort_values([FIRST_PURCHASE, CUSTOMER_ID])
        return cls.of(frame, record)

    @classmethod
    def of(cls, frame: pd.DataFrame, record: SummaryRecord) -> CustomerSummary:
        """A table as it comes from a file or an engine, with what belongs to it."""
        frame[FIRST_PURCHASE] = frame[FIRST_PURCHASE].astype("datetime64[ns]")
        return cls(
            frame,
            record.window,
            record.name,
            record.currency,
            record.simulated,
            record.quality,
        )
