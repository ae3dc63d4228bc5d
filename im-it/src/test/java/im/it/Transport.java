package im.it;

import im.client.WireFormat;

/** What a client connects over, and how it writes its frames. */
enum Transport {
    WS(true, WireFormat.PROTO),
    JSON(true, WireFormat.JSON),
    TCP(false, WireFormat.PROTO);

    final boolean webSocket;
    final WireFormat wire;

    Transport(boolean webSocket, WireFormat wire) {
        this.webSocket = webSocket;
        this.wire = wire;
    }
}
