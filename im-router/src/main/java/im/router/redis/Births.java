package im.router.redis;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.UUID;

/**
 * A random text that stands beside the leases from the first one on: a server that has another one, or none, has lost
 * what it knew.
 */
final class Births {
    private Births() {}

    static byte[] candidate() {
        return UUID.randomUUID().toString().getBytes(US_ASCII);
    }
}
