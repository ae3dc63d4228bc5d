package im.client;

/** How frames are written on a WebSocket. TCP is always {@link #PROTO}. */
public enum WireFormat {
    /** Protobuf in binary messages: small and fast. */
    PROTO,
    /**
     * Protobuf's JSON mapping in text messages, to be read on the way by people and tools; several times slower. Needs
     * {@code tools.jackson.core:jackson-core} on the class path, which the SDK does not bring.
     */
    JSON
}
