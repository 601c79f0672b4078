"""Server time of the console's pages, and what a browser has to fetch for them: `python -m benchmarks`.

Needs demo data in the database of `DATABASE_URL` (`make demo GENERATIONS=1000000`), then `make bench`, or

    python -m benchmarks [--rounds N] [--only TEXT] [--crowd] [--json FILE]

With `--crowd` the same on a copy of the database that has 10,000 recipes, 2,000 tags and ten thousands of
things to review; the copy needs that nobody else is in the database, and is dropped afterwards.

Every case is one request that goes through the whole application in this process: routing, the guard with a
real session, SQL, templates, compression. The clock runs from the WSGI call to the last byte of the answer.
A round asks every case once, and before each of them a bare Flask page with a table of 50 rows in Jinja, so
that the ratio between the two says something even on a machine that is busy or slow. The columns:

* `p50`, `p95`, `max`: milliseconds of a case; `/bare`: its p50 as a multiple of the bare page's.
* `CPU`: milliseconds of its p50 in which this process computed; the rest is PostgreSQL, and waiting.
* `SQL`: milliseconds of its p50 that went into the database's answers, with their way to us.
* `queries`: statements that it sent, the one that finds the session among them.
* `rows`: rows of the list that it shows.
* `bytes`: of its body as compressed with zstd.

A case over a limit is marked with `!`; the limits are printed. The exit code is 0 all the same: machines
differ. Behind the cases stand the bytes of a first load, as a browser without a cache fetches it.
"""
