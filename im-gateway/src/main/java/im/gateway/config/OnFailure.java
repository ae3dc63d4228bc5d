package im.gateway.config;

/** What becomes of a message that nobody could judge. */
public enum OnFailure {
    REFUSE,
    ALLOW
}
