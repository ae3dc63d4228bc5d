package im.gateway.auth;

import java.time.Duration;
import java.util.Optional;

/**
 * What a token must say beside its signature, and what a minted one says.
 *
 * @param keyId the only {@code kid} it may name; absent: it may name none
 * @param issuer required {@code iss}
 * @param audience required in {@code aud}
 * @param leeway how far clocks may differ when {@code exp} and {@code nbf} are judged
 */
public record TokenRules(Optional<String> keyId, Optional<String> issuer, Optional<String> audience, Duration leeway) {}
