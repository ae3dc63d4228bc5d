package im.testkit.server;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Objects;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** HS256 tokens made by hand, so that tests can also make those that the product's own minter never would. */
public final class Tokens {
    private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

    private final byte[] key;

    /**
     * @param key 32 bytes or more
     */
    public Tokens(byte[] key) {
        this.key = key.clone();
    }

    /** One that the server takes for a day. */
    public String of(String uid) {
        return of(uid, Instant.now().plus(Duration.ofDays(1)));
    }

    public String of(String uid, Instant expires) {
        Objects.requireNonNull(uid, "uid");
        return signed("{\"alg\":\"HS256\"}", "{\"sub\":\"" + uid + "\",\"exp\":" + expires.getEpochSecond() + "}");
    }

    /** Any header and claims, as JSON, under a good signature. */
    public String signed(String header, String claims) {
        String text = encode(header) + "." + encode(claims);
        return text + "." + BASE64.encodeToString(mac(text));
    }

    private static String encode(String json) {
        return BASE64.encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }

    private byte[] mac(String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
