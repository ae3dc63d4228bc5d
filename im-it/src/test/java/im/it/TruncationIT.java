package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.ImClient;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.client.Truncation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client that was away for longer than a conversation's messages are held. */
@Timeout(120)
class TruncationIT {
    private static final int HELD = 20;

    @RegisterExtension
    static final TestServer SERVER = new TestServer(spec -> spec.set("retention.messages", String.valueOf(HELD)));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final List<Object> events = new CopyOnWriteArrayList<>();

    private ImClient.Builder client(String uid) {
        return ImClient.builder().endpoint(SERVER.process().tcp()).token(SERVER.token(uid));
    }

    private static void send(ImClient from, String to, int first, int count) {
        List<CompletableFuture<SendOutcome>> sends = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            sends.add(from.send(to, "message " + i));
        }
        assertThat(sends).allSatisfy(send -> assertThat(send.join()).isInstanceOf(SendOutcome.Accepted.class));
    }

    private List<String> texts() {
        return events.stream()
                .filter(event -> event instanceof ReceivedMessage)
                .map(event -> ((ReceivedMessage) event).text())
                .toList();
    }

    @Test
    void whatWasTrimmedMeanwhileIsToldOnceBeforeWhatIsHeldAndNothingIsRepairedForEver_D20() {
        try (ImClient sender = client(ann).build();
                ImClient reader = client(bob)
                        .messageListener(events::add)
                        .truncationListener(events::add)
                        .build()) {
            sender.blocking().connect();
            reader.blocking().connect();
            send(sender, bob, 0, 2);
            await().until(() -> texts().size() == 2);
            reader.blocking().disconnect();
            send(sender, bob, 2, 4 * HELD);

            reader.blocking().connect();
            send(sender, bob, 2 + 4 * HELD, 1);

            await().until(() -> texts().contains("message " + (2 + 4 * HELD)));
            assertThat(events.get(2)).isInstanceOfSatisfying(Truncation.class, cut -> {
                assertThat(cut.conversationPeer()).isEqualTo(ann);
                assertThat(cut.after()).isEqualTo(((ReceivedMessage) events.get(1)).position());
                assertThat(cut.upTo()).isLessThan(((ReceivedMessage) events.get(3)).position());
            });
            assertThat(events.stream().filter(event -> event instanceof Truncation))
                    .hasSize(1);
            List<String> texts = texts();
            int last = 2 + 4 * HELD;
            for (int i = 1; i <= HELD; i++) {
                assertThat(texts.get(texts.size() - i)).isEqualTo("message " + (last - i + 1));
            }
            assertThat(texts).doesNotHaveDuplicates();
            assertThat(reader.stats().gaps()).as("repairs").isZero();
        }
    }
}
