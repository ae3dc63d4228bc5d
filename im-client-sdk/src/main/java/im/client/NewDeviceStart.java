package im.client;

/** Where a device that the gateway has never seen begins to receive. */
public enum NewDeviceStart {
    /** Only what is accepted after its first connection. */
    HEADS,
    /** Everything the gateway still holds. */
    FIRST_HELD
}
