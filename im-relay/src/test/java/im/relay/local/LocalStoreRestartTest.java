package im.relay.local;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.behind;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Requests.accepted;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import im.relay.PlacedMessage;
import im.relay.Requests;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalStoreRestartTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final Duration WINDOW = LocalLogConfig.MIN_DEDUPE_WINDOW;

    @TempDir
    Path folder;

    private TestStore store;

    @BeforeEach
    void openStore() {
        store = TestStore.opened(folder);
    }

    @AfterEach
    void close() {
        store.close();
    }

    @Test
    void positionsGoOnAndNameTheirPredecessor() {
        append(store.log(), message("a", "b", 1, "before"));

        store.restart();
        append(store.log(), message("b", "a", 2, "after"));

        List<PlacedMessage> messages = after(store.conversations(), AB, 0);
        assertThat(messages).extracting(Requests::text).containsExactly("before", "after");
        assertThat(messages.get(1).position()).isEqualTo(messages.get(0).position() + 1);
        assertThat(messages.get(1).prev()).isEqualTo(messages.get(0).position());
    }

    @Test
    void theLogIdStaysAndAnotherFolderHasAnother(@TempDir Path other) {
        String logId = store.log().logId();

        store.restart();

        assertThat(store.log().logId()).isEqualTo(logId);
        TestStore second = new TestStore(other);
        second.seed(2);
        second.open();
        assertThat(second.log().logId()).isNotEqualTo(logId);
        second.close();
    }

    @Test
    void devicesAndCursorsStay() {
        open(store.cursors(), "a", "d", false);
        append(store.log(), message("a", "b", 1, "x"), message("a", "b", 2, "y"));
        raise(store.cursors(), "a", "d", AB, 1);

        store.restart();

        assertThat(open(store.cursors(), "a", "d", true)).isFalse();
        assertThat(behind(store.conversations(), "a", "d")).containsExactly(new Behind(AB, 2, 1, 0));
    }

    @Test
    void aRetryAfterARestartIsRecognizedThoughTheWallClockWentBack() {
        append(store.log(), message("a", "b", 1, "x"));
        store.wall = store.wall.minus(Duration.ofHours(1));

        store.restart();

        assertThat(append(store.log(), message("a", "b", 1, "x"))).containsExactly(accepted(1));
        assertThat(after(store.conversations(), AB, 0)).hasSize(1);
    }

    @Test
    void settingTheWallClockForwardForgetsNothing() {
        append(store.log(), message("a", "b", 1, "x"));

        store.wall = store.wall.plus(Duration.ofHours(1));

        append(store.log(), message("a", "b", 1, "x"));
        assertThat(after(store.conversations(), AB, 0)).hasSize(1);
    }

    @Test
    void aRetryIsRecognizedUpToTheWindowAndNotBeyond() {
        append(store.log(), message("a", "b", 1, "x"), message("a", "b", 2, "y"));

        store.pass(WINDOW);
        append(store.log(), message("a", "b", 1, "x"));
        assertThat(after(store.conversations(), AB, 0)).hasSize(2);

        store.pass(Duration.ofMillis(1));
        append(store.log(), message("a", "b", 2, "y"));
        assertThat(after(store.conversations(), AB, 0))
                .extracting(Requests::text)
                .containsExactly("x", "y", "y");
    }

    @Test
    void aDuplicateKeepsTheWindowOpenAcrossRestarts() {
        append(store.log(), message("a", "b", 1, "x"));
        for (int i = 0; i < 5; i++) {
            store.pass(WINDOW);
            store.restart();
            assertThat(append(store.log(), message("a", "b", 1, "x"))).containsExactly(accepted(1));
        }

        assertThat(after(store.conversations(), AB, 0)).hasSize(1);
    }

    @Test
    void anotherBodyBeyondTheWindowIsAnotherMessage() {
        append(store.log(), message("a", "b", 1, "x"));
        store.pass(WINDOW.plusMillis(1));

        assertThat(append(store.log(), message("a", "b", 1, "z"))).containsExactly(accepted(1));

        assertThat(after(store.conversations(), AB, 0))
                .extracting(Requests::text)
                .containsExactly("x", "z");
    }

    @Test
    void aWindowThatIsDoubledInTheConfigurationReachesBack() {
        append(store.log(), message("a", "b", 1, "x"));
        store.pass(WINDOW);
        append(store.log(), message("a", "b", 2, "y"));
        store.pass(WINDOW.minusMillis(1));
        append(store.log(), message("a", "b", 3, "z"));

        store.config = store.config.withDedupeWindow(WINDOW.multipliedBy(2));
        store.restart();
        append(store.log(), message("a", "b", 1, "x"));

        assertThat(after(store.conversations(), AB, 0)).hasSize(3);
    }
}
