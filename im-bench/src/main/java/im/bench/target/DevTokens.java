package im.bench.target;

import im.gateway.auth.AuthKey;
import im.gateway.auth.TokenMinter;
import im.gateway.auth.TokenRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;

/** Tokens signed with the key that a server in dev mode made. Any thread. */
final class DevTokens {
    private static final Duration TTL = Duration.ofHours(6);

    private final TokenMinter minter;

    DevTokens(Path key) {
        try {
            minter = new TokenMinter(
                    AuthKey.read(key),
                    new TokenRules(Optional.empty(), Optional.empty(), Optional.empty(), Duration.ZERO),
                    Clock.systemUTC());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String of(String uid) {
        return minter.mint(uid, TTL);
    }
}
