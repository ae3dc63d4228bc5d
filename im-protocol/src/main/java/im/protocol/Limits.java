package im.protocol;

/** The bounds of protocol version 1 that both sides build in; what a server may choose is told in Welcome. */
public final class Limits {
    /** Oldest and newest protocol version spoken. */
    public static final int VERSION = 1;

    /** Bytes of content in one message: the UTF-8 bytes of {@code text}, or {@code data}. */
    public static final int PAYLOAD_BYTES = 64 * 1024;
    /** Bytes of one protobuf frame, in either direction. */
    public static final int FRAME_BYTES = 128 * 1024;
    /** Bytes of one JSON frame. A server's that carries a single message may be larger: {@link #JSON_MESSAGE_BYTES}. */
    public static final int JSON_FRAME_BYTES = 256 * 1024;
    /** Bytes of a server's JSON frame with one message of {@link #PAYLOAD_BYTES}, each byte of it escaped. */
    public static final int JSON_MESSAGE_BYTES = 6 * PAYLOAD_BYTES + 8 * 1024;
    /** Bytes a client may send before it is authenticated, HTTP apart. */
    public static final int HANDSHAKE_BYTES = 8 * 1024;
    /** Characters of a content type. */
    public static final int CONTENT_TYPE_LENGTH = 128;
    /** Characters of {@code Hello.platform} and {@code Hello.client}. */
    public static final int LABEL_LENGTH = 64;
    /** Cursors in one Resume or Ack frame. */
    public static final int CURSORS_PER_FRAME = 1_000;
    /** The largest position there can be: all are exact as doubles. */
    public static final long POSITION = (1L << 53) - 1;
    /** Messages a Sync may ask for. */
    public static final int SYNC_MESSAGES = 500;
    /** Bytes of content in one transient message. */
    public static final int TRANSIENT_BYTES = 4 * 1024;
    /** Conversations a Heads may ask for. */
    public static final int HEADS = 200;
    /** Uids that one change of a group's membership may name. */
    public static final int MEMBERSHIP_UIDS = 500;
    /** UTF-8 bytes of a group's title. */
    public static final int TITLE_BYTES = 256;
    /** Members that one GroupQuery may list. */
    public static final int LISTED_MEMBERS = 500;
    /** Uids in one PresenceQuery. */
    public static final int PRESENCE_UIDS = 200;
    /** Uids whose presence one connection may subscribe to. */
    public static final int PRESENCE_SUBSCRIPTIONS = 500;
    /** Features that one Hello may name, known or not. */
    public static final int FEATURES = 64;
    /** Nested messages while parsing; the deepest frame of version 1 has 6. */
    public static final int NESTING = 16;
    /** Bytes of frames in one poll, and of its answer unless a single frame is larger. */
    public static final int POLL_BYTES = 256 * 1024;
    /** Frames in one poll. */
    public static final int POLL_FRAMES = 512;
    /** Fragments of one WebSocket message. */
    public static final int WEBSOCKET_FRAGMENTS = 128;

    private Limits() {}
}
