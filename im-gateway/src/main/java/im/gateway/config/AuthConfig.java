package im.gateway.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Which tokens are good.
 *
 * @param keyFile file whose bytes are the HS256 key; in dev mode, when absent, {@code dev.key} in the data folder
 * @param keyId the only {@code kid} that a token may name; absent: a token may name none
 * @param issuer required {@code iss}
 * @param audience required in {@code aud}
 * @param leeway how far clocks may differ when {@code exp} and {@code nbf} are judged
 */
public record AuthConfig(
        Optional<Path> keyFile,
        Optional<String> keyId,
        Optional<String> issuer,
        Optional<String> audience,
        Duration leeway) {

    public AuthConfig {
        Keys.KEY_FILE.require(keyFile);
        Keys.KEY_ID.require(keyId);
        Keys.ISSUER.require(issuer);
        Keys.AUDIENCE.require(audience);
        Keys.LEEWAY.require(leeway);
    }
}
