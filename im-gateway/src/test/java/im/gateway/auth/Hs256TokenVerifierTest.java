package im.gateway.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import im.gateway.auth.TokenVerifier.Verdict.Refused;
import im.gateway.auth.TokenVerifier.Verdict.Valid;
import io.jsonwebtoken.Jwts;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class Hs256TokenVerifierTest {
    private static final Instant NOW = Instant.ofEpochSecond(1_800_000_000);
    private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
    private static final byte[] SECRET = "0123456789abcdef0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final AuthKey KEY = AuthKey.of(SECRET);
    private static final String HS256 = "{\"alg\":\"HS256\"}";
    private static final TokenRules STRICT =
            new TokenRules(Optional.of("k1"), Optional.of("iss"), Optional.of("im"), Duration.ofSeconds(30));
    private static final TokenRules LAX =
            new TokenRules(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ofSeconds(30));

    private final TokenVerifier lax = new Hs256TokenVerifier(KEY, LAX, CLOCK);
    private final TokenVerifier strict = new Hs256TokenVerifier(KEY, STRICT, CLOCK);

    record Bad(String name, String token, String why) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Bad> badForEveryone() throws GeneralSecurityException {
        String good = "{\"sub\":\"alice\",\"exp\":" + exp(60) + "}";
        String rsaPublic = Base64.getEncoder()
                .encodeToString(KeyPairGenerator.getInstance("RSA")
                        .generateKeyPair()
                        .getPublic()
                        .getEncoded());
        return List.of(
                new Bad("empty", "", "malformed"),
                new Bad("no token", "hello", "malformed"),
                new Bad("white space", " " + sign(HS256, good), "malformed"),
                new Bad("two parts", "a.b", "malformed"),
                new Bad("four dots", "....", "malformed"),
                new Bad("line feed and NUL", "a\n\u0000.b.c", "malformed"),
                new Bad("not JSON", sign("x", good), "malformed"),
                new Bad("payload not JSON", sign(HS256, "x"), "unsupported"),
                new Bad("payload an array", sign(HS256, "[1]"), "unsupported"),
                new Bad("deep payload", sign(HS256, "[".repeat(2_500) + "]".repeat(2_500)), "unsupported"),
                new Bad(
                        "deep claim",
                        sign(HS256, "{\"a\":" + "[".repeat(2_500) + "]".repeat(2_500) + "}"),
                        "no_expiry"),
                new Bad(
                        "deep header",
                        sign("{\"alg\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}", good),
                        "malformed"),
                new Bad("alg none", b64("{\"alg\":\"none\"}") + "." + b64(good) + ".", "unsupported"),
                new Bad("alg None", b64("{\"alg\":\"None\"}") + "." + b64(good) + ".", "unsupported"),
                new Bad("alg none, signed", sign("{\"alg\":\"none\"}", good), "unsupported"),
                new Bad("no alg", sign("{\"typ\":\"JWT\"}", good), "malformed"),
                new Bad("alg hs256", sign("{\"alg\":\"hs256\"}", good), "signature"),
                new Bad("alg HS512", sign("{\"alg\":\"HS512\"}", good), "signature"),
                new Bad("alg RS256", sign("{\"alg\":\"RS256\"}", good), "signature"),
                new Bad("alg EdDSA", sign("{\"alg\":\"EdDSA\"}", good), "signature"),
                new Bad(
                        "signed with an RSA public key",
                        sign(HS256, good, rsaPublic.getBytes(StandardCharsets.US_ASCII)),
                        "signature"),
                new Bad(
                        "another key",
                        sign(HS256, good, "another".repeat(8).getBytes(StandardCharsets.US_ASCII)),
                        "signature"),
                new Bad(
                        "changed payload",
                        swapPayload(sign(HS256, good), "{\"sub\":\"bob\",\"exp\":" + exp(60) + "}"),
                        "signature"),
                new Bad("no signature", b64(HS256) + "." + b64(good) + ".", "malformed"),
                new Bad("encrypted", b64("{\"alg\":\"dir\",\"enc\":\"A256GCM\"}") + "..AAAA.AAAA.AAAA", "algorithm"),
                new Bad(
                        "encrypted, ten million rounds",
                        b64(
                                        "{\"alg\":\"PBES2-HS256+A128KW\",\"enc\":\"A256GCM\",\"p2c\":10000000,\"p2s\":\"AAAAAAAAAAAA\"}")
                                + ".AAAA.AAAA.AAAA.AAAA",
                        "algorithm"),
                new Bad("crit", sign("{\"alg\":\"HS256\",\"crit\":[\"exp\"],\"exp\":1}", good), "*"),
                new Bad("crit b64", sign("{\"alg\":\"HS256\",\"crit\":[\"b64\"],\"b64\":false}", good), "*"),
                new Bad("jku", sign("{\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1/\"}", good), "header"),
                new Bad("x5u", sign("{\"alg\":\"HS256\",\"x5u\":\"http://127.0.0.1/\"}", good), "header"),
                new Bad("jwk", sign("{\"alg\":\"HS256\",\"jwk\":{\"kty\":\"oct\",\"k\":\"AAAA\"}}", good), "malformed"),
                new Bad("zip", sign("{\"alg\":\"HS256\",\"zip\":\"DEF\"}", good), "header"),
                new Bad("a path in kid", sign("{\"alg\":\"HS256\",\"kid\":\"../../dev/null\"}", good), "kid"),
                new Bad("SQL in kid", sign("{\"alg\":\"HS256\",\"kid\":\"' OR 1=1 --\"}", good), "kid"),
                new Bad("kid no text", sign("{\"alg\":\"HS256\",\"kid\":7}", good), "malformed"),
                new Bad("unknown kid", sign("{\"alg\":\"HS256\",\"kid\":\"k2\"}", good), "kid"),
                new Bad("no exp", sign(HS256, "{\"sub\":\"alice\"}"), "no_expiry"),
                new Bad("exp null", sign(HS256, "{\"sub\":\"alice\",\"exp\":null}"), "no_expiry"),
                new Bad("exp no time", sign(HS256, "{\"sub\":\"alice\",\"exp\":\"never\"}"), "malformed"),
                new Bad("expired", sign(HS256, "{\"sub\":\"alice\",\"exp\":" + exp(-31) + "}"), "expired"),
                new Bad("exp negative", sign(HS256, "{\"sub\":\"alice\",\"exp\":-1}"), "expired"),
                new Bad(
                        "not yet valid",
                        sign(HS256, "{\"sub\":\"alice\",\"exp\":" + exp(60) + ",\"nbf\":" + exp(31) + "}"),
                        "not_yet_valid"),
                new Bad("no sub", sign(HS256, "{\"exp\":" + exp(60) + "}"), "subject"),
                new Bad("sub empty", sign(HS256, "{\"sub\":\"\",\"exp\":" + exp(60) + "}"), "subject"),
                new Bad("sub a number", sign(HS256, "{\"sub\":7,\"exp\":" + exp(60) + "}"), "malformed"),
                new Bad("sub with a line feed", sign(HS256, "{\"sub\":\"a\\nb\",\"exp\":" + exp(60) + "}"), "subject"),
                new Bad(
                        "sub of 65",
                        sign(HS256, "{\"sub\":\"" + "a".repeat(65) + "\",\"exp\":" + exp(60) + "}"),
                        "subject"),
                new Bad("a byte too long", padded(Hs256TokenVerifier.MAX_TOKEN_LENGTH + 1), "too_long"),
                new Bad("a mebibyte", "a".repeat(1 << 20), "too_long"));
    }

    @ParameterizedTest
    @MethodSource("badForEveryone")
    void aBadTokenIsRefused(Bad bad) {
        assertRefused(lax.verify(bad.token()), bad.why());
        assertThat(strict.verify(bad.token())).isInstanceOf(Refused.class);
    }

    static List<Bad> badForStrictRules() {
        String exp = "\"sub\":\"alice\",\"exp\":" + exp(60);
        return List.of(
                new Bad("no issuer", sign(HS256, "{" + exp + ",\"aud\":\"im\"}"), "issuer"),
                new Bad("wrong issuer", sign(HS256, "{" + exp + ",\"iss\":\"ISS\",\"aud\":\"im\"}"), "issuer"),
                new Bad("no audience", sign(HS256, "{" + exp + ",\"iss\":\"iss\"}"), "audience"),
                new Bad("wrong audience", sign(HS256, "{" + exp + ",\"iss\":\"iss\",\"aud\":\"imm\"}"), "audience"),
                new Bad(
                        "audiences, none ours",
                        sign(HS256, "{" + exp + ",\"iss\":\"iss\",\"aud\":[\"a\",\"b\"]}"),
                        "audience"));
    }

    @ParameterizedTest
    @MethodSource("badForStrictRules")
    void aTokenForSomebodyElseIsRefusedWhereTheRulesAsk(Bad bad) {
        assertRefused(strict.verify(bad.token()), bad.why());
        assertThat(lax.verify(bad.token())).isInstanceOf(Valid.class);
    }

    @Test
    void aGoodTokenGivesItsUidAndTheTimeItExpires() {
        String token = sign(
                "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"k1\"}",
                "{\"sub\":\"alice\",\"iss\":\"iss\",\"aud\":[\"x\",\"im\"],\"exp\":" + exp(60)
                        + ",\"more\":{\"a\":[1]}}");

        assertThat(strict.verify(token))
                .isEqualTo(new Valid("alice", NOW.plusSeconds(60).toEpochMilli()));
    }

    @Test
    void timesAtTheEdgeOfTheLeewayAreTaken() {
        String token = sign(HS256, "{\"sub\":\"alice\",\"exp\":" + exp(-29) + ",\"nbf\":" + exp(30) + "}");

        assertThat(lax.verify(token))
                .isEqualTo(new Valid("alice", NOW.minusSeconds(29).toEpochMilli()));
    }

    @Test
    void aTokenOfTheGreatestLengthIsTaken() {
        assertThat(lax.verify(padded(Hs256TokenVerifier.MAX_TOKEN_LENGTH))).isInstanceOf(Valid.class);
    }

    @Test
    void aMintedTokenIsTakenByAVerifierWithTheSameRules() {
        String token = new TokenMinter(KEY, STRICT, CLOCK).mint("bob@example", Duration.ofHours(1));

        assertThat(strict.verify(token))
                .isEqualTo(new Valid("bob@example", NOW.plusSeconds(3600).toEpochMilli()));
        assertThat(new Hs256TokenVerifier(AuthKey.of("x".repeat(32).getBytes(StandardCharsets.US_ASCII)), STRICT, CLOCK)
                        .verify(token))
                .isEqualTo(new Refused("signature"));
    }

    @Test
    void aKeyOf64BytesStillSignsWithHs256() {
        AuthKey key = AuthKey.of(new byte[64]);
        String token = new TokenMinter(key, LAX, CLOCK).mint("a", Duration.ofSeconds(1));

        assertThat(new Hs256TokenVerifier(key, LAX, CLOCK).verify(token)).isInstanceOf(Valid.class);
        assertThat(Jwts.parser()
                        .verifyWith(key.secret())
                        .clock(() -> java.util.Date.from(NOW))
                        .build()
                        .parseSignedClaims(token)
                        .getHeader()
                        .getAlgorithm())
                .isEqualTo("HS256");
    }

    @Test
    void aUidOrTimeOutOfBoundsIsNotMinted() {
        TokenMinter minter = new TokenMinter(KEY, LAX, CLOCK);

        assertThatThrownBy(() -> minter.mint("a b", Duration.ofHours(1))).hasMessageStartingWith("uid: ");
        assertThatThrownBy(() -> minter.mint("a", Duration.ofMillis(999))).hasMessageStartingWith("ttl: ");
        assertThatThrownBy(() -> minter.mint("a", Duration.ofDays(367))).hasMessageStartingWith("ttl: ");
    }

    private static void assertRefused(TokenVerifier.Verdict verdict, String why) {
        assertThat(verdict).isInstanceOf(Refused.class);
        if (!why.equals("*")) {
            assertThat(verdict).isEqualTo(new Refused(why));
        }
    }

    private static long exp(int secondsFromNow) {
        return NOW.getEpochSecond() + secondsFromNow;
    }

    /** A good token of exactly that many characters. */
    private static String padded(int length) {
        for (int pad = length * 3 / 4 - 100; pad < length; pad++) {
            for (String tail : List.of("", "x", "xx")) {
                String header = "{\"alg\":\"HS256\",\"typ\":\"JWT" + tail + "\"}";
                String token =
                        sign(header, "{\"sub\":\"a\",\"p\":\"" + "x".repeat(pad) + "\",\"exp\":" + exp(60) + "}");
                if (token.length() == length) {
                    return token;
                }
            }
        }
        throw new AssertionError("no token of length " + length);
    }

    private static String swapPayload(String token, String payload) {
        String[] parts = token.split("\\.");
        return parts[0] + "." + b64(payload) + "." + parts[2];
    }

    private static String sign(String header, String payload) {
        return sign(header, payload, SECRET);
    }

    private static String sign(String header, String payload, byte[] key) {
        try {
            String signed = b64(header) + "." + b64(payload);
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            byte[] signature = mac.doFinal(signed.getBytes(StandardCharsets.US_ASCII));
            return signed + "." + Base64.getUrlEncoder().withoutPadding().encodeToString(signature);
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String b64(String text) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
