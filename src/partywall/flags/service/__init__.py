"""The flags of one environment over OFREP, as a program of its own; it can be copied anywhere.

It needs Python, `openfeature-flagd-core` and this folder; nothing here may import the rest of the
project. Its environment variables:

- `FLAGS_FILE`: a flagd definition in JSON, up to 4 MiB. It is to be replaced by a rename, and is
  opened by its path each time, so that its folder is what has to be mounted.
- `FLAGS_COUNTS`: a folder for `counts.json` (`document.py` says what is in it); none are kept
  without it.
- `HOST` and `PORT`: where it listens, 0.0.0.0 and 8016 without them.

It answers as the OpenFeature Remote Evaluation Protocol 0.3 says (open-feature/protocol,
service/openapi.yaml), and as flagd does where that leaves a choice:

- `POST /ofrep/v1/evaluate/flags/{key}` for one flag,
- `POST /ofrep/v1/evaluate/flags` for all of them, with an `ETag`,
- `POST /partywall/v1/outcomes` counts what became of a user: `{"flag": KEY, "outcome": NAME,
  "context": {"targetingKey": USER}}`,
- `GET /healthz` says how many flags are in force, since when, and what is wrong; always 200.

A definition that is replaced is in force within a second. A bad one leaves the last good one in
force; until there is a good one, every flag is unknown. Nothing that a caller sends can fill memory
or disk: bodies, headers, connections, users told apart and names of outcomes are bounded.
"""
