#!/usr/bin/env python3
"""python3 hello.py 127.0.0.1:8080 TOKEN PEER TEXT: sends TEXT to PEER, then prints and acknowledges what comes in."""
import base64, json, os, socket, struct, sys, threading, time, uuid

address, token, peer, text = sys.argv[1:]
gateway = socket.create_connection(address.rsplit(":", 1))
gateway.sendall((f"GET /v1/ws HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: im.v1.json\r\n"
                 f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n").encode())
stream = gateway.makefile("rb")
while stream.readline().strip():
    pass  # the headers of the answer


def say(**frame):  # one masked text message; padded with spaces, so that its length always takes two bytes
    payload = json.dumps(frame).encode().ljust(126)
    gateway.sendall(struct.pack("!BBH", 0x81, 0xFE, len(payload)) + bytes(4) + payload)


say(ref=1, hello={"versions": {"oldest": 1, "newest": 1}, "token": token, "device": "hello-py",
                  "attempt": int(time.time() * 1000), "newDevice": "FROM_FIRST_HELD"})
say(ref=2, send={"messageId": str(uuid.uuid4()), "conversation": {"peer": peer}, "text": text})
threading.Thread(target=lambda: [say(ping={}) or time.sleep(10) for _ in iter(int, 1)], daemon=True).start()
while head := stream.read(2):
    size = head[1] if head[1] < 126 else int.from_bytes(stream.read(2 if head[1] == 126 else 8), "big")
    frame = json.loads(stream.read(size) if head[0] == 0x81 else "{}")
    for placed in frame.get("deliver", {}).get("placed", []):
        print(placed["envelope"]["sender"] + ": " + placed["envelope"].get("text", ""), flush=True)
        say(ack={"cursors": [{"conversation": frame["deliver"]["conversation"], "position": placed["position"]}]})
