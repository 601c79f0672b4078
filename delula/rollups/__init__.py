"""Roll-ups: what pages over many rows are made of, so that none of them counts millions while somebody waits.

`refresh` brings them up to date, `queries` reads them; ADR 6 tells why they are right.
"""
