package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.Code;
import im.relay.AppendOutcome;
import im.relay.AppendRequest;
import im.relay.ConversationStore;
import im.relay.MessageLog;
import im.relay.MessageLogContract;
import im.relay.PlacedMessage;
import im.relay.Requests;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Beside the contract: what this log does itself, and the relays do for the others. */
class LocalMessageLogTest extends MessageLogContract {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    @TempDir
    Path folder;

    private TestStore store;

    @BeforeEach
    void open() {
        store = TestStore.opened(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Override
    protected MessageLog log() {
        return store.store().log();
    }

    @Override
    protected List<byte[]> standing(ConversationKey conversation) {
        return after(store(), conversation, 0).stream()
                .map(message -> Requests.placed(message).getEnvelope().toByteArray())
                .toList();
    }

    private ConversationStore store() {
        return store.store().conversations();
    }

    @Test
    void messagesOfABatchKeepTheirOrderAndNameTheirPredecessor() {
        append(log(), message("a", "b", 1, "1"), message("a", "b", 2, "2"));
        append(log(), message("c", "d", 9, "other"));
        append(log(), message("b", "a", 3, "3"));

        List<PlacedMessage> messages = after(store(), AB, 0);
        assertThat(messages).extracting(Requests::text).containsExactly("1", "2", "3");
        assertThat(messages.get(0).prev()).isZero();
        assertThat(messages.get(1).prev()).isEqualTo(messages.get(0).position());
        assertThat(messages.get(2).prev()).isEqualTo(messages.get(1).position());
        assertThat(messages)
                .allSatisfy(m -> assertThat(Requests.placed(m).getPrev()).isEqualTo(m.prev()));
    }

    @Test
    void aRetryIsAcceptedAsTheFirstAndStandsOnce() {
        append(log(), message("a", "b", 1, "hello"));
        AppendRequest first = message("a", "b", 1, "hello");
        AppendRequest later = new AppendRequest(
                first.conversation(), "a", first.messageId(), first.requestHash(), 9_999_999, first.envelope());

        assertThat(append(log(), later)).containsExactly(accepted(1));

        assertThat(after(store(), AB, 0)).hasSize(1);
    }

    @Test
    void aRetryInTheSameBatchStandsOnce() {
        assertThat(append(log(), message("a", "b", 1, "x"), message("a", "b", 1, "x"), message("a", "b", 2, "y")))
                .containsExactly(accepted(1), accepted(1), accepted(2));

        assertThat(after(store(), AB, 0)).extracting(Requests::text).containsExactly("x", "y");
    }

    @Test
    void anotherBodyUnderAKnownIdIsAConflictAndWhatFollowsIsOutOfOrder() {
        append(log(), message("a", "b", 1, "x"));

        List<AppendOutcome> outcomes =
                append(log(), message("a", "b", 2, "y"), message("a", "b", 1, "z"), message("a", "b", 3, "w"));

        assertThat(outcomes.get(0)).isEqualTo(accepted(2));
        assertRefused(outcomes.get(1), Code.CONFLICT);
        assertRefused(outcomes.get(2), Code.OUT_OF_ORDER);
        assertThat(after(store(), AB, 0)).extracting(Requests::text).containsExactly("x", "y");
    }

    private static void assertRefused(AppendOutcome outcome, Code code) {
        assertThat(outcome).isInstanceOf(AppendOutcome.Refused.class);
        assertThat(((AppendOutcome.Refused) outcome).code()).isEqualTo(code);
    }
}
