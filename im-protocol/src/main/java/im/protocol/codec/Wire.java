package im.protocol.codec;

/** How a connection's writer frames what it sends. */
public enum Wire {
    /** The length as a varint, then the body. */
    TCP,
    /** One unmasked, unfragmented WebSocket message: what a server sends. */
    WEBSOCKET_SERVER,
    /** One masked, unfragmented WebSocket message: what a client sends. */
    WEBSOCKET_CLIENT
}
