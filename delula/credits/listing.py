"""The ledger over all users, declared: what it shows, and what it can be filtered and sorted by.

Texts stand in the indexes cut short; every expression here is written as its index has it.
"""

from __future__ import annotations

from sqlalchemy import String, literal_column

from delula.lists import Column, ListSpec, Sort, SortKind, Source
from delula.models import CreditTransaction
from delula.models.enums import CreditTransactionType
from delula.search import Cases, Choice, Chosen, Field, FieldSet, Number, Reference, Text, Time

LEDGER = CreditTransaction.__table__.c

TYPE = literal_column("left(credit_transactions.type, 50)", String())
PAYMENT = literal_column("left(credit_transactions.payment_id, 100)", String())
#: The generation that a row names, whether as a number or as a text.
GENERATION = literal_column("left(credit_transactions.metadata ->> 'generationId', 20)", String())
DESCRIPTION = literal_column("left(credit_transactions.description, 300)", String())

FIELDS = FieldSet(
    [
        Field(name="id", label="Id", kind=Number(), expression=LEDGER.id, help="The number of the row."),
        Field(
            name="user",
            label="User",
            kind=Reference(noun="user"),
            expression=LEDGER.user_id,
            help="Id, e-mail address or handle of whose balance it changed.",
            example="user:ada@example.com",
        ),
        Field(
            name="type",
            label="Type",
            kind=Chosen(choices=[Choice(one.value) for one in CreditTransactionType]),
            expression=TYPE,
            facet=True,
            help="Why the balance changed.",
        ),
        Field(
            name="sign",
            label="Sign",
            kind=Cases(
                conditions={
                    "charge": LEDGER.amount < 0,
                    "grant": LEDGER.amount > 0,
                    "zero": LEDGER.amount == 0,
                }
            ),
            help="Whether it took credits or gave them.",
        ),
        Field(
            name="amount",
            label="Amount",
            kind=Number(),
            expression=LEDGER.amount,
            help="Credits; below zero where they were taken.",
            example="amount:<-10",
        ),
        Field(
            name="created",
            label="Created",
            kind=Time(),
            expression=LEDGER.created_at,
            help="When it was booked.",
        ),
        Field(
            name="payment",
            label="Payment",
            kind=Text(),
            expression=PAYMENT,
            help="The id of the payment; with * its beginning.",
            example="payment:any",
        ),
        Field(
            name="generation",
            label="Generation",
            kind=Text(),
            expression=GENERATION,
            help="The number of the generation that the row names.",
            example="generation:4711",
        ),
        Field(
            name="text",
            label="Text",
            kind=Text(contains=True),
            expression=DESCRIPTION,
            help="Text in the description; plain words search it too.",
            example='text:"credit pack"',
        ),
    ],
    default="text",
)

LISTING = ListSpec(
    name="credits",
    title="Credits",
    noun="row of the ledger",
    empty="They appear here with the first change of a balance.",
    icon="coins",
    pages=(
        ("Operations", "receipt", "credits.operations"),
        ("Limits", "scale", "credits.rules_page"),
        ("Reconcile", "shield-check", "credits.reconciliation"),
    ),
    source=Source(
        CreditTransaction.__table__,
        LEDGER.id,
        frozenset({("user", "created"), ("type", "created")}),
    ),
    fields=FIELDS,
    sorts=(
        Sort("created", "Created", LEDGER.created_at, SortKind.TIME),
        Sort("id", "Id", LEDGER.id, SortKind.INTEGER, nullable=False),
        Sort("amount", "Amount", LEDGER.amount, SortKind.INTEGER, nullable=False),
    ),
    columns=(
        Column("id", "Id", sort="id", width="id"),
        Column("created", "Created", sort="created", width="time"),
        Column("user", "User"),
        Column("type", "Type"),
        Column("amount", "Amount", sort="amount", numeric=True),
        Column("text", "Text", width="wide"),
        Column("generation", "Generation", numeric=True),
        Column("payment", "Payment", width="id"),
    ),
    summary="chart",
    tabs=(("Charges", "sign:charge"), ("Grants", "sign:grant")),
)
