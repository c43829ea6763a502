"""Writes `ductape_sync/_generated/` from `openapi.yaml`.

`document` loads the contract, `lint` refuses what generation would lose, `parse` turns it into the types of
`contract` with openapi-python-client's parser, `python` spells those types as code, and `render` fills the
templates. Run it with `python -m generator`.
"""
