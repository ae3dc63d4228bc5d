package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.v1.Close;
import im.protocol.v1.Frame;
import im.testkit.client.RawClient;
import im.testkit.server.Tokens;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

@Tag(TestServer.CONFORMANCE)
class TokenIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    private final Tokens tokens = SERVER.deployment().tokens();
    private final Instant later = Instant.now().plus(Duration.ofHours(1));

    @Test
    void everyTokenThatIsNotGoodIsRefusedWithTheSameWordsOnBothTransports() throws IOException {
        List<Close> closes = new ArrayList<>();
        for (var entry : badTokens().entrySet()) {
            for (Transport transport : Transport.values()) {
                try (RawClient client = SERVER.connect(transport)) {
                    client.send(Frame.newBuilder()
                            .setRef(client.nextRef())
                            .setHello(RawClient.hello(entry.getValue(), "phone"))
                            .build());
                    Close close = client.awaitClose();
                    assertThat(close.getCode()).as(entry.getKey()).isEqualTo(4401);
                    closes.add(close);
                }
            }
        }

        assertThat(closes).hasSizeGreaterThan(30);
        assertThat(closes.stream().distinct()).as("what the refusals say").hasSize(1);
    }

    private Map<String, String> badTokens() {
        String good = tokens.of("ann");
        String[] parts = good.split("\\.");
        String claims = "{\"sub\":\"ann\",\"exp\":" + later.getEpochSecond() + "}";
        String header = "{\"alg\":\"HS256\"}";
        Map<String, String> bad = new LinkedHashMap<>();
        bad.put("none", "");
        bad.put("no token", "hello");
        bad.put("two parts", parts[0] + "." + parts[1]);
        bad.put("four parts", good + ".x");
        bad.put("no signature", parts[0] + "." + parts[1] + ".");
        bad.put("signature cut", good.substring(0, good.length() - 2));
        bad.put(
                "other claims",
                parts[0] + "." + new Tokens(new byte[32]).of("bob").split("\\.")[1] + "." + parts[2]);
        bad.put("other key", new Tokens(new byte[32]).of("ann"));
        bad.put("expired", tokens.of("ann", Instant.now().minus(Duration.ofMinutes(10))));
        bad.put("alg none", tokens.signed("{\"alg\":\"none\"}", claims));
        bad.put(
                "alg none, unsigned",
                tokens.signed("{\"alg\":\"none\"}", claims).replaceAll("[^.]*$", ""));
        bad.put("alg RS256", tokens.signed("{\"alg\":\"RS256\"}", claims));
        bad.put("alg hs256", tokens.signed("{\"alg\":\"hs256\"}", claims));
        bad.put("no alg", tokens.signed("{}", claims));
        bad.put("kid that nobody knows", tokens.signed("{\"alg\":\"HS256\",\"kid\":\"../../etc/passwd\"}", claims));
        bad.put("crit", tokens.signed("{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", claims));
        bad.put("jku", tokens.signed("{\"alg\":\"HS256\",\"jku\":\"http://127.0.0.1:1/\"}", claims));
        bad.put("no exp", tokens.signed(header, "{\"sub\":\"ann\"}"));
        bad.put("no sub", tokens.signed(header, "{\"exp\":" + later.getEpochSecond() + "}"));
        bad.put("sub that is no uid", tokens.signed(header, claims.replace("ann", "a|b")));
        bad.put(
                "not yet valid",
                tokens.signed(header, claims.replace("}", ",\"nbf\":" + later.getEpochSecond() + "}")));
        bad.put("claims that are no object", tokens.signed(header, "[]"));
        bad.put("no JSON", tokens.signed(header, "{\"sub\":\"ann\""));
        return bad;
    }

    @Test
    void aTokenThatEndsWhileConnectedEndsTheConnection() throws IOException {
        String brief = tokens.of("ann", Instant.now().plusSeconds(2));
        try (RawClient client = RawClient.welcomed(SERVER.deployment().ws(), brief, "phone")) {
            assertThat(client.awaitClose().getCode()).isEqualTo(4401);
        }
    }
}
