package im.gateway.auth;

import im.protocol.Ids;
import io.jsonwebtoken.JwtBuilder;
import io.jsonwebtoken.Jwts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** Makes tokens that an {@link Hs256TokenVerifier} with the same key and rules takes. Any thread. */
public final class TokenMinter {
    public static final Duration MIN_TTL = Duration.ofSeconds(1);
    public static final Duration MAX_TTL = Duration.ofDays(366);

    private final AuthKey key;
    private final TokenRules rules;
    private final Clock clock;

    public TokenMinter(AuthKey key, TokenRules rules, Clock clock) {
        this.key = key;
        this.rules = rules;
        this.clock = clock;
    }

    /**
     * @param ttl from {@link #MIN_TTL} to {@link #MAX_TTL}; the token's times are whole seconds
     * @throws IllegalArgumentException if the uid is no valid id or the time is out of bounds
     */
    public String mint(String uid, Duration ttl) {
        if (!Ids.isValid(uid)) {
            throw new IllegalArgumentException("uid: expected 1 to " + Ids.MAX_LENGTH + " of A-Z a-z 0-9 . _ @ + = -");
        }
        if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
            throw new IllegalArgumentException("ttl: expected 1s to " + MAX_TTL.toDays() + "d");
        }
        Instant now = clock.instant();
        JwtBuilder token = Jwts.builder().subject(uid).issuedAt(Date.from(now)).expiration(Date.from(now.plus(ttl)));
        rules.keyId().ifPresent(kid -> token.header().keyId(kid).and());
        rules.issuer().ifPresent(token::issuer);
        rules.audience().ifPresent(audience -> token.audience().add(audience));
        return token.signWith(key.secret(), Jwts.SIG.HS256).compact();
    }
}
