package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.compare;
import static im.relay.Answers.heads;
import static im.relay.Answers.page;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.AppendRequest;
import im.relay.ConversationStore;
import im.relay.ConversationStore.Comparison;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRead;
import im.relay.ConversationStore.Page;
import im.relay.ConversationStoreContract;
import im.relay.CursorStore;
import im.relay.MessageLog;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalConversationStoreTest extends ConversationStoreContract {
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

    /** A device that was told "complete as of t" is not told of what was accepted before t and is held no more (D20). */
    @Test
    void aComparisonHoldsEverythingThatWasAcceptedBeforeItsTime_D20() {
        AtomicBoolean appended = new AtomicBoolean();
        store.onClock = () -> {
            boolean reading = Thread.currentThread().getName().startsWith("im-store-read");
            if (reading && appended.compareAndSet(false, true)) {
                append(log(), message("a", "b", 1, "while the clock is read"));
            }
        };

        Comparison comparison = compare(store(), "b", "d", Map.of(), false, List.of());

        assertThat(appended).isTrue();
        assertThat(comparison.behind()).hasSize(1);
    }

    @Test
    void anEmptyPageDoesNotGoBack() {
        ConversationKey empty = ConversationKey.direct("a", "b");

        assertThat(page(store(), empty, 77)).isEqualTo(new Page(List.of(), false, 0, 77, 0, 0));
        assertThat(page(store(), empty, Long.MAX_VALUE).isBehind(Long.MAX_VALUE))
                .isFalse();
    }

    @Test
    void aListOfFullConversationsComesInPagesThatReadSoMuchAndNoMore() {
        String text = "x".repeat(60_000);
        int conversations = 3 * (int) (HeadsReader.PAGE_BYTES / (16 * 60_000)) + 1;
        for (int peer = 0; peer < conversations; peer++) {
            String to = "p" + peer;
            append(
                    log(),
                    IntStream.range(1, 17)
                            .mapToObj(i -> message(to, "a", i, text))
                            .toArray(AppendRequest[]::new));
        }

        List<ConversationHead> listed = new ArrayList<>();
        int pages = 0;
        long below = Long.MAX_VALUE;
        boolean more = true;
        while (more) {
            HeadsRead page = heads(store(), "a", "d", below, 200);
            assertThat(page.heads()).isNotEmpty();
            listed.addAll(page.heads());
            below = listed.get(listed.size() - 1).head();
            more = page.more();
            pages++;
        }

        assertThat(pages).isBetween(3, 5);
        assertThat(listed).hasSize(conversations).allMatch(head -> head.unread() == 16);
    }

    @Override
    protected MessageLog log() {
        return store.store().log();
    }

    @Override
    protected ConversationStore store() {
        return store.store().conversations();
    }

    @Override
    protected CursorStore cursors() {
        return store.store().cursors();
    }
}
