package im.simulator;

import im.client.ImClient;
import im.client.ImClientException;
import im.simulator.access.Access;
import im.simulator.access.Tokens;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** One SDK client for a command that needs just one. */
final class Client {
    /** Of minted tokens: longer than anybody waits for a message by hand. */
    private static final Duration TOKEN_TIME = Duration.ofDays(7);

    private Client() {}

    static ImClient.Builder builder(Access access, String uid, String device) {
        Tokens tokens = access.tokens(TOKEN_TIME);
        tokens.tokenOf(uid);
        return ImClient.builder()
                .endpoint(access.endpoint())
                .tokenSupplier(() -> CompletableFuture.completedStage(tokens.tokenOf(uid)))
                .device(device)
                .reconnectBackoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    }

    /** Whether it got through; if not, stderr says why. */
    static boolean connects(ImClient client, Duration atMost) {
        try {
            client.blocking().connect(atMost);
            return true;
        } catch (ImClientException e) {
            String code = e.closeCode() == 0 ? "" : " (" + e.closeCode() + ")";
            System.err.println("server not reached: " + e.getMessage() + code);
            return false;
        }
    }
}
