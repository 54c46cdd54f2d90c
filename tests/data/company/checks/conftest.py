"""A small company in which everything is in order, and a way to plant errors in it."""

from __future__ import annotations

import copy

import pandas as pd
import pytest

AS_OF = "2024-12-31"
CUSTOMERS = [
    ("C01", "北京阳光小学", "海淀区中关村路12号", "010-62751234", "a@sun.example", "2021-03-01"),
    (
        "C02",
        "Riverside Training Centre Ltd",
        "Mill Lane 5, Leeds",
        "+44 113 4960001",
        "b@river.example",
        "2021-04-01",
    ),
    (
        "C03",
        "Baumann Lernsysteme GmbH",
        "Hauptstraße 7, Köln",
        "0221/4711001",
        "c@bau.example",
        "2021-05-01",
    ),
    ("C04", "上海育才中学", "人民大道300号", "13800138004", "d@yu.example", "2022-01-10"),
    (
        "C05",
        "General Hospital of Norwich",
        "Station Road 2, Norwich",
        "01603 555005",
        "e@gh.example",
        "2022-02-10",
    ),
    ("C06", "成都同济医院", "解放街66号", "028-87654006", "f@tj.example", "2022-03-10"),
]


def tables():
    """The tables of the company as lists of rows with named cells."""
    customers = [
        {
            "customer_id": key,
            "name": name,
            "address": address,
            "phone": phone,
            "email": email,
            "contact_person": person,
            "customer_since": since,
            "industry": "education",
            "region": ("north", "west")[place % 2],
            "customer_type": ("project", "end")[place % 2],
            "employees": 10 * (place + 1),
            "share_of_wallet": 0.5,
            "annual_sales": 1000 + place,
            "credit_limit": 5000,
            "open_problem": "asks for 2 boards of 86 inch, 12,500.00 a piece",
            "owner": ("Anna", "Bo")[place % 2],
            "source": "trade fair 2024-03-05",
            "updated_on": "2024-06-30",
        }
        for place, ((key, name, address, phone, email, since), person) in enumerate(
            zip(
                CUSTOMERS,
                ["李建国", "Jane Whitfield", "Uwe Lindner", "王小芳", "Tom Ashdown", "陈志远"],
                strict=True,
            )
        )
    ]
    return {
        "customers": customers,
        "purchases": [
            {
                "customer_id": f"C0{n}",
                "date": f"2023-0{month}-15",
                "amount": 100 * n + month,
                "order_id": f"2023{n:02}{month:02}1380013800{n}",
            }
            for n in range(1, 7)
            for month in (1, 2)
        ],
        "leads": [
            {
                "lead_id": "L1",
                "date": "2022-01-05",
                "customer_id": "C04",
                "converted_on": "2022-01-10",
                "name": "上海育才中学",
                "phone": "13800138004",
                "source": "fair",
                "qualification": "qualified",
                "region": "north",
                "cost": 50,
            },
            {
                "lead_id": "L2",
                "date": "2024-02-01",
                "customer_id": None,
                "converted_on": None,
                "name": "Oakfield",
                "phone": None,
                "source": "web",
                "qualification": "new",
                "region": "west",
                "cost": 10,
            },
        ],
        "campaigns": [
            {
                "campaign_id": "K1",
                "arm": arm,
                "measure": "visit",
                "start": "2024-03-01",
                "end": "2024-04-30",
                "cost": 100,
                "hours": 5,
            }
            for arm in ("treated", "control")
        ]
        + [
            {
                "campaign_id": "K2",
                "arm": "all",
                "measure": "mail",
                "start": "2025-02-01",
                "end": None,
                "cost": 0,
                "hours": 1,
            }
        ],
        "contacts": [
            {
                "customer_id": "C01",
                "date": "2024-03-05",
                "campaign_id": "K1",
                "arm": "treated",
                "topic": "offer 20240305 of 86-inch boards",
                "responded": "yes",
                "cost": 5,
            },
            {
                "customer_id": "C02",
                "date": "2024-04-30",
                "campaign_id": "K1",
                "arm": "control",
                "topic": "none",
                "responded": "no",
                "cost": 0,
            },
            {
                "customer_id": "C03",
                "date": "2024-09-05",
                "campaign_id": None,
                "arm": None,
                "topic": "order no. 13800138000",
                "responded": None,
                "cost": 3,
            },
        ],
        "invoices": [
            {
                "invoice_id": f"13800138{n:03}",
                "customer_id": f"C0{n}",
                "issued_on": f"2023-0{n}-16",
                "due_on": f"2023-0{n + 1}-16",
                "paid_on": f"2023-0{n + 1}-10",
                "amount": 100.5 * n,
                "disputed": "no",
            }
            for n in range(1, 7)
        ],
        "losses": [
            {
                "customer_id": "C05",
                "lost_on": "2024-05-01",
                "reason": "pulled",
                "evidence": "price list of a competitor",
                "recorded_on": "2024-05-03",
            },
        ],
        "surveys": [
            {
                "respondent_id": f"R{n}",
                "role": "customer",
                "customer_id": f"C0{n}",
                "date": "2024-06-01",
                "item": "service",
                "answer": n,
                "scale_least": 1,
                "scale_most": 7,
            }
            for n in range(1, 7)
        ],
        "costs": [
            {"customer_id": "C01", "date": "2024-01-05", "category": "visit", "amount": 50},
            {"customer_id": "C02", "date": "2024-01-06", "category": "training", "amount": 80},
        ],
        "benefits": [
            {
                "customer_id": "C01",
                "date": "2024-01-05",
                "benefit": "credit",
                "cost": 5,
                "worth": 9,
            },
        ],
        "budgets": [
            {
                "first_day": "2025-01-01",
                "last_day": "2025-03-31",
                "category": "visit",
                "amount": 900,
            },
        ],
    }


@pytest.fixture
def company(tmp_path):
    """Write the company with changes: a function of its tables, and lines for tables.toml."""

    def write(change=None, toml='name = "Board & Co"\n', name="board"):
        made = copy.deepcopy(tables())
        if change is not None:
            change(made)
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        for table, rows in made.items():
            if rows is not None:
                pd.DataFrame(rows).to_csv(folder / f"{table}.csv", index=False)
        if toml:
            (folder / "tables.toml").write_text(toml, encoding="utf-8")
        return folder

    return write
