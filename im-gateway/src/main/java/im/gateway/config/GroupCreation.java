package im.gateway.config;

/** Who may begin a group. */
public enum GroupCreation {
    ANYBODY,
    SERVER
}
