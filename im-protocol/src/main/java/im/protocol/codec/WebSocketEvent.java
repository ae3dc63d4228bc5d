package im.protocol.codec;

import io.netty.buffer.ByteBuf;

/**
 * What came in on a WebSocket. Payloads are unmasked and lent by {@link WebSocketCodec#tryDecode}: never released by
 * the reader, valid until the codec is called again or its input is discarded; who needs one longer retains it.
 */
public sealed interface WebSocketEvent {

    /**
     * A whole message, aggregated if it came in fragments.
     *
     * @param text whether it was a text message, its payload then being valid UTF-8
     */
    record Message(ByteBuf payload, boolean text) implements WebSocketEvent {}

    /** To be answered with a pong of the same payload, at most 125 bytes. */
    record Ping(ByteBuf payload) implements WebSocketEvent {}

    record Pong(ByteBuf payload) implements WebSocketEvent {}

    /**
     * The peer's last frame; the codec takes nothing after it.
     *
     * @param code a code that may be sent, or 1005 if there was none
     * @param text at most 123 bytes of UTF-8, maybe empty; untrusted
     */
    record Close(int code, String text) implements WebSocketEvent {}
}
