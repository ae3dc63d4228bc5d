package im.simulator.access;

import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.security.Keys;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import javax.crypto.SecretKey;

/** HS256 tokens, made when asked for: {@code sub} is the uid, {@code exp} the time to live from now. */
final class MintedTokens implements Tokens {
    /** What HS256 asks for (RFC 7518, 3.2). */
    private static final int LEAST_KEY_BYTES = 32;

    private final SecretKey key;
    private final Duration timeToLive;

    private MintedTokens(SecretKey key, Duration timeToLive) {
        this.key = key;
        this.timeToLive = timeToLive;
    }

    /** The key is the file's bytes without a line end after them, as the server reads it. */
    static MintedTokens withKey(Path file, Duration timeToLive) {
        byte[] bytes = Access.bytesOf(
                file, "no key to mint tokens with (a server started with --dev makes dev.key; else --key or --tokens)");
        int length = bytes.length;
        if (length > 0 && bytes[length - 1] == '\n') {
            length--;
            if (length > 0 && bytes[length - 1] == '\r') {
                length--;
            }
        }
        if (length < LEAST_KEY_BYTES) {
            throw new AccessException(file + ": " + length + " bytes, expected an HS256 key of at least 32");
        }
        return new MintedTokens(Keys.hmacShaKeyFor(Arrays.copyOf(bytes, length)), timeToLive);
    }

    @Override
    public String tokenOf(String uid) {
        return Jwts.builder()
                .subject(uid)
                .expiration(Date.from(Instant.now().plus(timeToLive)))
                .signWith(key, Jwts.SIG.HS256)
                .compact();
    }

    @Override
    public List<String> uids() {
        return List.of();
    }
}
