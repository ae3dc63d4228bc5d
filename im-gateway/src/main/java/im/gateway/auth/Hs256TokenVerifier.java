package im.gateway.auth;

import im.gateway.auth.TokenVerifier.Verdict.Refused;
import im.gateway.auth.TokenVerifier.Verdict.Valid;
import im.protocol.Ids;
import io.jsonwebtoken.Claims;
import io.jsonwebtoken.ExpiredJwtException;
import io.jsonwebtoken.Header;
import io.jsonwebtoken.JwsHeader;
import io.jsonwebtoken.JwtException;
import io.jsonwebtoken.JwtParser;
import io.jsonwebtoken.Jwts;
import io.jsonwebtoken.PrematureJwtException;
import io.jsonwebtoken.UnsupportedJwtException;
import io.jsonwebtoken.security.SignatureException;
import java.security.Key;
import java.time.Clock;
import java.util.Collections;
import java.util.Date;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes tokens signed with HS256 under one key, and nothing else: what a token's header says can neither choose another
 * algorithm or key nor cause anything to be fetched or inflated.
 */
public final class Hs256TokenVerifier implements TokenVerifier {
    public static final int MAX_TOKEN_LENGTH = 8 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(Hs256TokenVerifier.class);
    /** Header parameters that bring a key, name a place to fetch one, or change how the token is read. */
    private static final Set<String> FORBIDDEN =
            Set.of("crit", "jku", "jwk", "x5u", "x5c", "x5t", "x5t#S256", "zip", "b64", "enc");

    private final AuthKey key;
    private final TokenRules rules;
    private final JwtParser parser;

    public Hs256TokenVerifier(AuthKey key, TokenRules rules, Clock clock) {
        this.key = key;
        this.rules = rules;
        this.parser = Jwts.parser()
                .sig()
                .clear()
                .add(Jwts.SIG.HS256)
                .and()
                .keyLocator(this::keyFor)
                .clock(() -> Date.from(clock.instant()))
                .clockSkewSeconds(rules.leeway().toSeconds())
                .build();
    }

    @Override
    public Verdict verify(String token) {
        Verdict verdict = judge(token);
        if (verdict instanceof Refused refused) {
            LOG.atDebug().addKeyValue("why", refused.why()).log("token refused");
        }
        return verdict;
    }

    private Verdict judge(String token) {
        if (token.length() > MAX_TOKEN_LENGTH) {
            return new Refused("too_long");
        }
        try {
            return judge(parser.parseSignedClaims(token).getPayload());
        } catch (RefusedHeader e) {
            return new Refused(e.why);
        } catch (ExpiredJwtException e) {
            return new Refused("expired");
        } catch (PrematureJwtException e) {
            return new Refused("not_yet_valid");
        } catch (SignatureException e) {
            // Also the parser's answer to every algorithm but ours.
            return new Refused("signature");
        } catch (UnsupportedJwtException e) {
            return new Refused("unsupported");
        } catch (JwtException | IllegalArgumentException | ClassCastException | ArithmeticException e) {
            return new Refused("malformed");
        }
    }

    private Verdict judge(Claims claims) {
        if (claims.getExpiration() == null) {
            return new Refused("no_expiry");
        }
        if (rules.issuer().isPresent() && !rules.issuer().get().equals(claims.getIssuer())) {
            return new Refused("issuer");
        }
        Set<String> audience = claims.getAudience() == null ? Collections.emptySet() : claims.getAudience();
        if (rules.audience().isPresent() && !audience.contains(rules.audience().get())) {
            return new Refused("audience");
        }
        String uid = claims.getSubject();
        if (uid == null || !Ids.isValid(uid)) {
            return new Refused("subject");
        }
        return new Valid(uid, claims.getExpiration().getTime());
    }

    private Key keyFor(Header header) {
        if (!(header instanceof JwsHeader signed) || !"HS256".equals(signed.getAlgorithm())) {
            throw new RefusedHeader("algorithm");
        }
        if (!Collections.disjoint(header.keySet(), FORBIDDEN)) {
            throw new RefusedHeader("header");
        }
        String kid = signed.getKeyId();
        if (kid != null && !kid.equals(rules.keyId().orElse(null))) {
            throw new RefusedHeader("kid");
        }
        return key.secret();
    }

    private static final class RefusedHeader extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final String why;

        RefusedHeader(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }
}
