package im.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.client.Conversation;
import im.client.ConversationSummary;
import im.client.HistoryPage;
import im.client.ImClient;
import im.client.OutgoingMessage;
import im.client.Receipt;
import im.client.ReceivedMessage;
import im.client.SendOutcome;
import im.client.TransientMessage;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the Java client offers besides sending and receiving, against a real server. */
@Tag(TestServer.CONFORMANCE)
class ClientFeaturesIT {
    @RegisterExtension
    static final TestServer SERVER = TestServer.ofEitherForm();

    @TempDir
    Path folder;

    private final String ann = TestServer.uid("ann");
    private final String bob = TestServer.uid("bob");
    private final Queue<ReceivedMessage> messages = new ConcurrentLinkedQueue<>();

    private static ImClient.Builder client(String uid) {
        return ImClient.builder().endpoint(SERVER.deployment().ws()).token(SERVER.token(uid));
    }

    private static ImClient connected(ImClient.Builder builder) {
        ImClient client = builder.build();
        client.blocking().connect();
        return client;
    }

    @Test
    void conversationsHistoryReadMarksAndReceipts() {
        Queue<Receipt> receipts = new ConcurrentLinkedQueue<>();
        try (ImClient sender = connected(client(ann).receiptListener(receipts::add));
                ImClient reader = connected(client(bob).messageListener(messages::add))) {
            for (int i = 0; i < 5; i++) {
                assertThat(sender.blocking().send(bob, "message " + i)).isInstanceOf(SendOutcome.Accepted.class);
            }
            await().until(() -> messages.size() == 5);
            List<Long> positions =
                    messages.stream().map(ReceivedMessage::position).toList();
            assertThat(only(reader)).returns(ann, ConversationSummary::peer).returns(5, ConversationSummary::unread);

            reader.markRead(ann, positions.get(3));

            await().until(() -> receipts.stream()
                    .anyMatch(receipt -> receipt.equals(
                            new Receipt(Conversation.peer(bob), bob, Receipt.Kind.READ, positions.get(3)))));
            await().until(() -> receipts.stream()
                    .anyMatch(receipt -> receipt.equals(
                            new Receipt(Conversation.peer(bob), bob, Receipt.Kind.DELIVERED, positions.get(4)))));
            assertThat(only(reader).unread()).isEqualTo(1);
            assertThat(only(sender))
                    .returns(positions.get(3), ConversationSummary::peerRead)
                    .returns(positions.get(4), ConversationSummary::peerDelivered);
            HistoryPage newest = reader.history(ann, Long.MAX_VALUE, 2).join();
            assertThat(newest.messages()).extracting(ReceivedMessage::text).containsExactly("message 3", "message 4");
            assertThat(newest.more()).isTrue();
            HistoryPage rest =
                    reader.history(ann, newest.messages().get(0).position(), 10).join();
            assertThat(rest.messages())
                    .extracting(ReceivedMessage::text)
                    .containsExactly("message 0", "message 1", "message 2");
            assertThat(rest.more()).isFalse();
        }
    }

    private static ConversationSummary only(ImClient client) {
        return client.conversations(10, "").join().conversations().get(0);
    }

    @Test
    void transientMessagesReachThoseWhoListen() {
        Queue<TransientMessage> passing = new ConcurrentLinkedQueue<>();
        try (ImClient sender = connected(client(ann));
                ImClient listener = connected(client(bob).transientListener(passing::add))) {
            assertThat(sender.sendTransient(OutgoingMessage.text(bob, "typing")).join())
                    .isInstanceOf(SendOutcome.Accepted.class);

            await().until(() -> !passing.isEmpty());
            assertThat(passing.element().sender()).isEqualTo(ann);
            assertThat(listener.conversations(10, "").join().conversations()).isEmpty();
        }
    }

    @Test
    void aDeviceWithAFolderGoesOnWhereItsLastRunWas() {
        try (ImClient sender = connected(client(ann))) {
            connected(client(bob).storeFolder(folder).messageListener(messages::add))
                    .close();
            sender.blocking().send(bob, "a");
            try (ImClient run = connected(
                    client(bob).storeFolder(folder).manualAcknowledgement().messageListener(messages::add))) {
                sender.blocking().send(bob, "b");
                await().until(() -> messages.size() == 2);
                messages.remove().acknowledge();
                messages.clear();
                assertThat(run.uid()).isEqualTo(bob);
            }
            try (ImClient run = connected(client(bob).storeFolder(folder).messageListener(messages::add))) {
                sender.blocking().send(bob, "c");

                await().until(() -> messages.size() == 2);
                assertThat(messages.remove())
                        .returns("b", ReceivedMessage::text)
                        .returns(true, ReceivedMessage::redelivered);
                assertThat(messages.remove())
                        .returns("c", ReceivedMessage::text)
                        .returns(false, ReceivedMessage::redelivered);
                assertThat(run.stats().gaps()).isZero();
            }
        }
    }
}
