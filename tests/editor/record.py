#!/usr/bin/env python3
"""Records what Neovim says to `herald lsp`, for the test that says it again (`tests/it/neovim.rs`).

    python3 tests/editor/record.py --nvim nvim --herald target/release/herald

Neovim 0.11 or later (it asks for colours by itself) runs without a screen and does what `exchange.lua` says on a copy of
`project/`; every message passes through this script. `neovim.jsonl` gets them in the order in which they passed: the client's
whole, with the folder's name as `{ROOT}`; of the server's only which it was, so that the test can wait where the client did.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

HERE = Path(__file__).resolve().parent


def frames(stream):
    """The bodies of the messages in a stream."""
    while True:
        length = 0
        while (line := stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        if not line:
            return
        yield stream.read(length)


def tee(log, command):
    """Runs the server between the client and a log."""
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    lock = threading.Lock()

    def pass_on(source, target, who):
        for body in frames(source):
            with lock, open(log, "a") as out:
                out.write(json.dumps({who: json.loads(body)}, ensure_ascii=False) + "\n")
            target.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
            target.flush()
        target.close()

    client = threading.Thread(target=pass_on, args=(sys.stdin.buffer, server.stdin, "client"), daemon=True)
    client.start()
    pass_on(server.stdout, sys.stdout.buffer, "server")
    sys.exit(server.wait())


def told(message):
    """Which message of the server's it was."""
    if "method" not in message:
        return {"answer": message["id"]}
    if message["method"] == "textDocument/publishDiagnostics":
        params = message["params"]
        return {"findings": params["uri"], "version": params.get("version")}
    return {"says": message["method"]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--nvim", default="nvim")
    parser.add_argument("--herald", default="herald")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        root, log = Path(folder, "shop").resolve(), Path(folder, "log").resolve()
        shutil.copytree(HERE / "project", root)
        sqlite3.connect(root / "shop.db").executescript((root / "shop.sql").read_text()).close()
        herald = shutil.which(arguments.herald)
        server = [sys.executable, __file__, "--tee", str(log), herald, "lsp", "--as-of", "2026-11-20"]
        environment = os.environ | {"HERALD_LSP": " ".join(map(str, server)), "HERALD_ROOT": str(root)}
        subprocess.run(
            [arguments.nvim, "--headless", "--clean", "-n", "-l", str(HERE / "exchange.lua")],
            check=True, env=environment, cwd=root,
        )
        lines = []
        for line in log.read_text().splitlines():
            entry = json.loads(line.replace(str(root), "{ROOT}"))
            if "server" in entry:
                entry = {"server": told(entry["server"])}
            elif entry["client"].get("method") == "initialize":
                entry["client"]["params"]["processId"] = None
            lines.append(json.dumps(entry, ensure_ascii=False))
        (HERE / "neovim.jsonl").write_text("\n".join(lines) + "\n")
        print(f"{len(lines)} messages in {HERE / 'neovim.jsonl'}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--tee"]:
        tee(sys.argv[2], sys.argv[3:])
    else:
        main()
