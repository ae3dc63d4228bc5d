package im.gateway.api;

import im.gateway.config.ApiKey;
import im.gateway.config.ApiKey.Scope;
import im.gateway.rate.TokenBucket;
import im.protocol.v1.Code;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Who may call what, and how often. One thread at a time. */
final class Callers {
    /** Characters of a key. */
    static final int MAX_KEY = 512;

    private static final String SCHEME = "Bearer ";

    private record Caller(ApiKey key, byte[] hash, TokenBucket rate) {}

    private final List<Caller> callers = new ArrayList<>();
    private final LongSupplier nanos;

    Callers(List<ApiKey> keys, int requestsPerSecond, LongSupplier nanos) {
        this.nanos = nanos;
        keys.forEach(key -> callers.add(new Caller(
                key, key.hashBytes(), new TokenBucket(requestsPerSecond, TokenBucket.NANOS, nanos.getAsLong()))));
    }

    /**
     * The key.
     *
     * @param authorization the header, null where there is none
     * @throws ApiException UNAUTHENTICATED, with one text for all reasons; FORBIDDEN without the scope; RATE_LIMITED
     */
    ApiKey require(@Nullable String authorization, Scope scope) {
        Caller caller = find(authorization);
        if (caller == null) {
            throw new ApiException(Code.UNAUTHENTICATED, "a key is expected: Authorization: Bearer KEY");
        }
        if (!caller.rate.take(nanos.getAsLong())) {
            throw new ApiException(Code.RATE_LIMITED, "more requests than this key may make");
        }
        if (!caller.key.scopes().contains(scope)) {
            throw new ApiException(Code.FORBIDDEN, "the key has not the scope " + scope);
        }
        return caller.key;
    }

    /** Compares with every key, each in constant time. */
    private @Nullable Caller find(@Nullable String authorization) {
        if (authorization == null
                || !authorization.startsWith(SCHEME)
                || authorization.length() > SCHEME.length() + MAX_KEY) {
            return null;
        }
        byte[] hash = sha256(authorization.substring(SCHEME.length()));
        Caller found = null;
        for (Caller caller : callers) {
            if (MessageDigest.isEqual(caller.hash, hash)) {
                found = caller;
            }
        }
        return found;
    }

    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
