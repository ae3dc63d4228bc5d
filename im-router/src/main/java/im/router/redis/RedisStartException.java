package im.router.redis;

/** Redis is not there, does not let us in, or must not be used as it is configured. The message names the address and what was expected. */
public final class RedisStartException extends Exception {
    private static final long serialVersionUID = 1;

    RedisStartException(String message) {
        super(message);
    }
}
