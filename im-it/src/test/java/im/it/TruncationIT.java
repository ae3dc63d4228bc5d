package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.ImClient;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.client.Truncation;
import im.testkit.client.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client that was away for longer than a conversation's messages are held. */
@Tag(TestServer.CONFORMANCE)
class TruncationIT {
    /** Fewer than the client lets wait for their outcome. */
    private static final int TOGETHER = 500;

    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm(spec -> spec.set("retention.messages", "20"));

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final List<Object> events = new CopyOnWriteArrayList<>();

    private ImClient.Builder client(String uid) {
        return ImClient.builder().endpoint(SERVER.deployment().tcp()).token(SERVER.token(uid));
    }

    private static void send(ImClient from, String to, int first, int count) {
        List<CompletableFuture<SendOutcome>> sends = new ArrayList<>();
        for (int i = first; i < first + count; i++) {
            sends.add(from.send(to, "message " + i));
            if (i % TOGETHER == 0) {
                sends.get(sends.size() - 1).join();
            }
        }
        assertThat(sends).allSatisfy(send -> assertThat(send.join()).isInstanceOf(SendOutcome.Accepted.class));
    }

    /** How many messages of a conversation. */
    private int held() throws IOException {
        try (RawClient client = SERVER.raw(ann, "asking")) {
            return client.welcome().getLimits().getRetentionMessages();
        }
    }

    private List<String> texts() {
        return events.stream()
                .filter(event -> event instanceof ReceivedMessage)
                .map(event -> ((ReceivedMessage) event).text())
                .toList();
    }

    @Test
    void whatWasTrimmedMeanwhileIsToldOnceBeforeWhatIsHeldAndNothingIsRepairedForEver_D20() throws IOException {
        int held = held();
        int last = 2 + 2 * held;
        Queue<String> own = new ConcurrentLinkedQueue<>();
        try (ImClient sender = client(ann)
                        .messageListener(message -> own.add(message.text()))
                        .build();
                ImClient reader = client(bob)
                        .messageListener(events::add)
                        .truncationListener(events::add)
                        .build()) {
            sender.blocking().connect();
            reader.blocking().connect();
            send(sender, bob, 0, 2);
            await().until(() -> texts().size() == 2);
            reader.blocking().disconnect();
            send(sender, bob, 2, 2 * held);
            // Now the store has them too, and nothing is trimmed while the reader catches up.
            await().until(() -> own.contains("message " + (last - 1)));

            reader.blocking().connect();
            send(sender, bob, last, 1);

            await().until(() -> texts().contains("message " + last));
            assertThat(events.get(2)).isInstanceOfSatisfying(Truncation.class, cut -> {
                assertThat(cut.conversationPeer()).isEqualTo(ann);
                assertThat(cut.after()).isEqualTo(((ReceivedMessage) events.get(1)).position());
                assertThat(cut.upTo()).isLessThan(((ReceivedMessage) events.get(3)).position());
            });
            assertThat(events.stream().filter(event -> event instanceof Truncation))
                    .hasSize(1);
            List<String> texts = texts();
            for (int i = 1; i <= held; i++) {
                assertThat(texts.get(texts.size() - i)).isEqualTo("message " + (last - i + 1));
            }
            assertThat(texts).doesNotHaveDuplicates();
            assertThat(reader.stats().gaps()).as("repairs").isZero();
        }
    }
}
