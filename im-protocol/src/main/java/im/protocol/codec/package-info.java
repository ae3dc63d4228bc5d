/**
 * Between bytes and frames, in both directions, for both sides of a connection: functions over a {@code ByteBuf}, so
 * that a transport with or without a pipeline can call them. Every bound on what a peer may send is kept here; what a
 * frame means is decided elsewhere. No I/O, no thread of its own: a codec object belongs to its connection's event
 * loop, static functions may be called from anywhere. Start with {@link im.protocol.codec.Wire} and, for its binary
 * form, {@link im.protocol.codec.FrameCodec}; the transports' framing is in {@link im.protocol.codec.TcpCodec} and {@link
 * im.protocol.codec.WebSocketCodec}.
 *
 * <p>Who releases: what {@code encode…} returns belongs to the caller; what {@code tryDecode} returns is lent and never
 * released by the caller (see there for how long it is valid).
 */
@NullMarked
package im.protocol.codec;

import org.jspecify.annotations.NullMarked;
