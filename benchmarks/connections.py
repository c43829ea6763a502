"""What a new TLS connection costs.

python -m benchmarks.connections
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import certifi
import requests
import trustme

from benchmarks.measure import compare, interleaved, report
from benchmarks.responder import running
from ductape_sync import Ductape


def main() -> None:
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    with tempfile.TemporaryDirectory() as folder:
        bundle, chain = Path(folder, "bundle.pem"), Path(folder, "chain.pem")
        # As large as what users have: the public authorities, and one's own.
        bundle.write_bytes(Path(certifi.where()).read_bytes() + authority.cert_pem.bytes())
        certificate.private_key_and_cert_chain_pem.write_to_path(chain)
        with running(str(chain)) as port:
            base = f"https://localhost:{port}"
            url = f"{base}/v1/executions/order-123"

            def ours() -> None:
                with Ductape("key", "shop", "dev", base_url=base, verify=str(bundle)) as ductape:
                    ductape.workflows.get_status("order-123")

            def plain() -> None:
                with requests.Session() as session:
                    session.get(url, verify=str(bundle)).json()

            found = interleaved({"ours": ours, "requests": plain}, rounds=15, calls=5)
    report([compare("a new TLS connection", found["ours"], "requests", found["requests"], "<= 0.2")])


if __name__ == "__main__":
    main()
