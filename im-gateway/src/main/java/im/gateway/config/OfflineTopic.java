package im.gateway.config;

/** Which messages are told to those who wake phones. */
public enum OfflineTopic {
    OFF,
    /** Direct ones whose receiver has no connection. */
    DIRECT,
    /** Those, and each message of a group. */
    ALL
}
