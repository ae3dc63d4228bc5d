#!/usr/bin/env python3
"""python3 chat.py ws://127.0.0.1:8080/v1/ws TOKEN PEER: each line of stdin goes to PEER, what comes in is printed.

im.v1.json on the standard library alone, written from docs/protocol.md. Comes back after a loss; nothing is lost or doubled.
"""
import base64, json, os, random, select, socket, struct, sys, time, urllib.parse, uuid

url, token, friend = urllib.parse.urlsplit(sys.argv[1]), sys.argv[2], sys.argv[3]
device, attempt, log, cursors, outbox = f"python-{uuid.uuid4()}", 0, "", {}, []
typed, inputs = b"", [sys.stdin]


def say(body, **fields):
    # Spaces behind the frame, so that its length always takes the form of two bytes; a client has to mask (RFC 6455).
    payload, mask = json.dumps({"ref": 1, body: fields}, ensure_ascii=False).encode().ljust(126), os.urandom(4)
    masked = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))
    gateway.sendall(struct.pack("!BBH", 0x81, 0xFE, len(payload)) + mask + masked)


def connect():
    global gateway, attempt
    gateway, head = socket.create_connection((url.hostname, url.port)), b""
    gateway.sendall((f"GET {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: im.v1.json\r\n"
                     f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n\r\n").encode())
    while not head.endswith(b"\r\n\r\n"):
        head += gateway.recv(1) or b"\r\n\r\n"
    if b" 101 " not in head:
        raise OSError("no WebSocket here")
    attempt = max(attempt + 1, int(time.time() * 1000))
    say("hello", versions={"oldest": 1, "newest": 1}, token=token, device=device, attempt=attempt, heartbeatMs=10_000)


def read():
    """The next frame; {} for what is not text: the close frame, behind the Close that said why."""
    first, length = gateway.recv(2, socket.MSG_WAITALL)
    if length > 125:
        length = int.from_bytes(gateway.recv(2 if length == 126 else 8, socket.MSG_WAITALL), "big")
    payload = gateway.recv(length, socket.MSG_WAITALL)
    return json.loads(payload) if first == 0x81 else {}


def send():
    if outbox:  # one unanswered at a time, so that nothing overtakes
        say("send", messageId=outbox[0][0], conversation={"peer": friend}, contentType="text/plain", text=outbox[0][1])


def take(deliver):
    here = log, deliver["conversation"]["peer"]
    cursors[here] = max(cursors.get(here, 0), int(deliver.get("truncatedUpTo", 0)))
    for message in deliver.get("placed", []):
        position, prev = int(message["position"]), int(message.get("prev", 0))
        if prev > cursors[here] and not (message.get("prevUnknown") or (deliver.get("catchingUp") and not cursors[here])):
            raise OSError("a gap: the next connection starts at what was acknowledged")
        if position > cursors[here]:
            print(message["envelope"]["sender"] + ": " + message["envelope"].get("text", "(data)"), flush=True)
            cursors[here] = position
    say("ack", cursors=[{"conversation": deliver["conversation"], "position": cursors[here]}])


def hear(body, said):
    global log
    if body == "welcome":
        log = said["logId"]
        send()
    elif body == "deliver":
        take(said)
    elif body == "sendResult" and outbox and said["messageId"] == outbox[0][0]:
        if said["code"] in ("OVERLOADED", "UNAVAILABLE", "RATE_LIMITED", "UNKNOWN_OUTCOME"):
            time.sleep(said.get("retryAfterMs", 100) / 1000)
        else:
            outbox.pop(0)
            if said["code"] != "OK":
                print(f'({said["code"]})', flush=True)
                say("giveUp", conversation={"peer": friend})
        send()
    elif body == "close" and not said.get("reconnect"):
        sys.exit("sent away: " + said.get("text", ""))


while True:
    try:
        connect()
        heard = time.time()
        while time.time() - heard < 20:
            ready = select.select([gateway] + inputs, [], [], 5)[0]
            if gateway in ready:
                for body, said in read().items():
                    if body != "ref":
                        hear(body, said)
                heard = time.time()
            if sys.stdin in ready:
                *lines, typed = (typed + (got := os.read(0, 10_000))).split(b"\n")
                inputs = [sys.stdin] if got else []
                outbox += [(str(uuid.uuid4()), line.decode()) for line in lines]
                if lines and len(outbox) == len(lines):
                    send()
            if not ready:
                say("ping")
    except (OSError, ValueError):
        time.sleep(random.random() * 2)
