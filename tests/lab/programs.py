"""The agent's programs: what a person would write with Python or Node, and what an attacker would."""

from __future__ import annotations

CLIENTS = {
    "urllib": """
import json, sys, urllib.request
for url in sys.argv[1:]:
    try:
        answer = urllib.request.urlopen(url, timeout=8)
    except urllib.error.HTTPError as error:
        answer = error
    print(json.dumps([answer.status, answer.headers.get("Aegis-Verdict", ""), json.load(answer)]))
""",
    "httpx": """
import json, sys, httpx
with httpx.Client(http2=True, timeout=8) as client:
    for answer in map(client.get, sys.argv[1:]):
        print(json.dumps([answer.status_code, answer.headers.get("Aegis-Verdict", ""), answer.json()]))
""",
    "node-https": """
const https = require("node:https");
const get = url => new Promise((resolve, reject) => https.request(url, answer => {
    let body = "";
    answer.on("data", chunk => body += chunk);
    const verdict = answer.headers["aegis-verdict"] ?? "";
    answer.on("end", () => resolve([answer.statusCode, verdict, JSON.parse(body)]));
}).on("error", reject).end());
(async () => { for (const url of process.argv.slice(1)) console.log(JSON.stringify(await get(url))); })();
""",
    "node-fetch": """
const get = async url => {
    const answer = await fetch(url);
    return [answer.status, answer.headers.get("aegis-verdict") ?? "", await answer.json()];
};
(async () => { for (const url of process.argv.slice(1)) console.log(JSON.stringify(await get(url))); })();
""",
}
"""Programs that print [status, Aegis-Verdict, body] for each URL of their arguments, one JSON line each."""

PROBE = """
import json, socket, sys
host, port, *parts = sys.argv[1:]
got = b""
try:
    with socket.create_connection((host, int(port)), timeout=1.5) as link:
        for part in parts:
            link.sendall(part.encode().decode("unicode_escape").encode("latin-1"))
            while part is not parts[-1] and b"\\r\\n\\r\\n" not in got and (chunk := link.recv(65536)):
                got += chunk
        while chunk := link.recv(65536):
            got += chunk
except OSError as error:
    got += f" [{type(error).__name__}]".encode()
print(json.dumps(got.decode("latin-1")))
"""
"""Connects to a TCP port, sends the escaped texts with a header block awaited between them, prints what comes."""

DATAGRAMS = """
import socket, sys
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
    for port in (53, 443, 9000):
        try:
            sender.sendto(b"x" * 1200, (sys.argv[1], port))
        except OSError:
            pass
"""
"""Sends UDP datagrams of a QUIC handshake's size."""

QUIC = """
import asyncio, sys
from aioquic.asyncio import connect
from aioquic.quic.configuration import QuicConfiguration
async def main():
    configuration = QuicConfiguration(alpn_protocols=["h3"], server_name="api.example.com", idle_timeout=1)
    try:
        async with asyncio.timeout(3), connect(sys.argv[1], 443, configuration=configuration):
            print("connected")
    except (OSError, TimeoutError) as error:
        print(type(error).__name__)
asyncio.run(main())
"""
"""Attempts a real QUIC handshake for HTTP/3."""
