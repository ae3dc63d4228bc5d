package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.CursorStore;
import im.relay.ReadResult;
import im.relay.Retention;
import im.relay.local.CheckReport.Copies;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Contract 18, case by case: what each event does to the totals. Every message here takes one position, from 1. */
class ConservationTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    @TempDir
    Path folder;

    private TestStore store;
    private long lastId;

    @BeforeEach
    void openStore() {
        store = new TestStore(folder);
        store.config = store.config.withRetention(new Retention(Duration.ofDays(1), 8, 1 << 20));
        store.open();
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void send(String from, String to, int messages) {
        for (int i = 0; i < messages; i++) {
            append(store.log(), message(from, to, ++lastId, "m" + lastId));
        }
    }

    /** Closes the store, looks at the folder, and opens it again. */
    private CheckReport check() throws IOException {
        store.close();
        CheckReport report = FolderCheck.run(folder);
        store.open();
        assertThat(report.lines()).last().isEqualTo("sound");
        return report;
    }

    private double metric(String of, String fate) {
        return store.meters
                .get("im.relay.copies")
                .tags("of", of, "fate", fate)
                .functionCounter()
                .count();
    }

    private double pending(String of) {
        return store.meters
                .get("im.relay.copies.pending")
                .tags("of", of)
                .gauge()
                .value();
    }

    @Test
    void aMessageIsOwedToTheDevicesKnownWhenItIsPlacedOwnOnesApart() throws IOException {
        send("a", "b", 1);
        open(store.cursors(), "a", "a1", false);
        open(store.cursors(), "b", "b1", false);
        open(store.cursors(), "b", "b2", true);

        send("a", "b", 3);
        send("b", "a", 1);

        assertThat(metric("others", "accepted")).isEqualTo(3 * 2 + 1);
        assertThat(metric("own", "accepted")).isEqualTo(3 + 2);
        assertThat(pending("others")).isEqualTo(7);
        CheckReport report = check();
        assertThat(report.others()).isEqualTo(new Copies(7, 0, 0, 0, 7));
        assertThat(report.own()).isEqualTo(new Copies(5, 0, 0, 0, 5));
    }

    @Test
    void whatACursorPassesIsAcknowledgedOnce() throws IOException {
        open(store.cursors(), "b", "b1", false);
        send("a", "b", 3);

        raise(store.cursors(), "b", "b1", AB, 2);
        raise(store.cursors(), "b", "b1", AB, 2);
        raise(store.cursors(), "b", "b1", AB, 1);
        raise(store.cursors(), "b", "stranger", AB, 3);

        assertThat(metric("others", "acknowledged")).isEqualTo(2);
        assertThat(check().others()).isEqualTo(new Copies(3, 2, 0, 0, 1));
    }

    @Test
    void aCursorStaysAtTheHeadThoughMoreIsAcknowledged() throws IOException {
        open(store.cursors(), "b", "b1", false);
        send("a", "b", 1);

        raise(store.cursors(), "b", "b1", AB, 1_000);
        send("a", "b", 1);

        assertThat(check().others()).isEqualTo(new Copies(2, 1, 0, 0, 1));
    }

    @Test
    void whatIsDroppedUnacknowledgedIsTruncated() throws IOException {
        open(store.cursors(), "b", "b1", false);
        open(store.cursors(), "b", "b2", false);
        send("a", "b", 4);
        raise(store.cursors(), "b", "b1", AB, 3);

        store.pass(Duration.ofHours(25));
        store.sweep();

        assertThat(metric("others", "truncated")).isEqualTo(1 + 4);
        raise(store.cursors(), "b", "b1", AB, 4);
        assertThat(check().others()).isEqualTo(new Copies(8, 3, 5, 0, 0));
    }

    @Test
    void aDeviceThatIsForgottenIsWrittenOff() throws IOException {
        open(store.cursors(), "b", "b0", false);
        send("a", "b", 3);
        raise(store.cursors(), "b", "b0", AB, 1);
        store.pass(Duration.ofMinutes(2));

        for (int i = 1; i <= CursorStore.MAX_DEVICES; i++) {
            open(store.cursors(), "b", "b" + i, false);
        }

        assertThat(metric("others", "written_off")).isEqualTo(2);
        assertThat(check().others()).isEqualTo(new Copies(3, 1, 0, 2, 0));
    }

    @Test
    void notesToOneselfAreOwnCopies() throws IOException {
        open(store.cursors(), "a", "a1", false);
        open(store.cursors(), "a", "a2", false);

        send("a", "a", 2);

        CheckReport report = check();
        assertThat(report.others()).isEqualTo(new Copies(0, 0, 0, 0, 0));
        assertThat(report.own()).isEqualTo(new Copies(4, 0, 0, 0, 4));
    }

    @Test
    void theTotalsStayAcrossARestart() {
        open(store.cursors(), "b", "b1", false);
        send("a", "b", 2);
        raise(store.cursors(), "b", "b1", AB, 1);

        store.restart();

        assertThat(metric("others", "accepted")).isEqualTo(2);
        assertThat(metric("others", "acknowledged")).isEqualTo(1);
        assertThat(pending("others")).isEqualTo(1);
    }

    @Test
    void oneCommitForgetsOnlyAsManyDevicesAsItHasTimeToCountAndTheRestComeAgain() throws Exception {
        for (int i = 1; i <= CursorStore.MAX_DEVICES; i++) {
            open(store.cursors(), "b", "b" + i, false);
        }
        for (int i = 0; i < im.relay.local.Copies.MAX_COUNTED; i++) {
            store.log().append(List.of(message("a" + i, "b", ++lastId, "m")), Runnable::run, outcomes -> {});
        }
        send("x", "y", 1);
        List<ReadResult<Boolean>> told = Collections.synchronizedList(new ArrayList<>());
        WriterStop stop = store.stopWriter();
        stop.reach(store.log());
        for (int i = 1; i <= 8; i++) {
            store.cursors().open("b", "new" + i, CursorStore.Start.FIRST_HELD, Runnable::run, told::add);
        }
        stop.open();
        assertThat(open(store.cursors(), "c", "c1", false)).isTrue();

        assertThat(told).hasSize(8);
        assertThat(told.get(0)).isEqualTo(new ReadResult.Ok<>(true));
        assertThat(told.subList(1, 8))
                .allMatch(result -> result instanceof ReadResult.Failed<Boolean> failed && failed.retryAfterMs() > 0);
        assertThat(metric("others", "written_off")).isEqualTo(im.relay.local.Copies.MAX_COUNTED);
        assertThat(open(store.cursors(), "b", "new2", false))
                .as("in the next commit")
                .isTrue();
        check();
    }
}
