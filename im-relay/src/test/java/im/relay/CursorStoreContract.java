package im.relay;

import static im.relay.Answers.after;
import static im.relay.Answers.append;
import static im.relay.Answers.behind;
import static im.relay.Answers.heads;
import static im.relay.Answers.open;
import static im.relay.Answers.raise;
import static im.relay.Answers.raiseRead;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.Behind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What every {@link CursorStore} keeps. */
public abstract class CursorStoreContract {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    protected abstract MessageLog log();

    protected abstract ConversationStore store();

    protected abstract CursorStore cursors();

    @Test
    void aDeviceIsNewOnce() {
        assertThat(open(cursors(), "a", "d", false)).isTrue();
        assertThat(open(cursors(), "a", "d", false)).isFalse();
        assertThat(open(cursors(), "a", "e", false)).isTrue();
        assertThat(open(cursors(), "b", "d", false)).isTrue();
    }

    @Test
    void aDeviceOpenedTwiceAtOnceIsNewOnce() throws Exception {
        List<Boolean> answers = Collections.synchronizedList(new ArrayList<>());
        CountDownLatch told = new CountDownLatch(8);
        for (int i = 0; i < 8; i++) {
            cursors().open("a", "d", CursorStore.Start.FIRST_HELD, Runnable::run, result -> {
                answers.add(((ReadResult.Ok<Boolean>) result).value());
                told.countDown();
            });
        }
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(answers).containsOnlyOnce(true);
    }

    @Test
    void aKnownDeviceKeepsItsStart() {
        open(cursors(), "a", "d", false);
        append(log(), message("a", "b", 1, "x"));

        open(cursors(), "a", "d", true);

        assertThat(behind(store(), "a", "d")).hasSize(1);
    }

    @Test
    void aDeviceThatBringsCursorsStartsAtTheFirstHeldAndIsKnownFromThenOn_D21() {
        append(log(), message("a", "b", 1, "x"));

        assertThat(open(cursors(), "a", "d", CursorStore.Start.CURSORS)).isTrue();

        assertThat(open(cursors(), "a", "d", true)).isFalse();
        assertThat(behind(store(), "a", "d")).hasSize(1);
    }

    @Test
    void aDeviceOpenedBehindAnAppendAtTheHeadsDoesNotGetIt() throws Exception {
        CountDownLatch told = new CountDownLatch(2);
        log().append(List.of(message("a", "b", 1, "x")), Runnable::run, outcomes -> told.countDown());
        cursors().open("a", "d", CursorStore.Start.HEADS, Runnable::run, result -> told.countDown());
        assertThat(told.await(60, TimeUnit.SECONDS)).isTrue();

        assertThat(behind(store(), "a", "d")).isEmpty();
    }

    @Test
    void aCursorIsNeverLowered() {
        append(log(), message("a", "b", 1, "x"), message("a", "b", 2, "y"), message("a", "b", 3, "z"));
        long head = behind(store(), "a", "d").get(0).head();
        raise(cursors(), "a", "d", AB, head - 1);

        raise(cursors(), "a", "d", AB, head - 2);

        assertThat(behind(store(), "a", "d")).containsExactly(new Behind(AB, head, head - 1, 0));
    }

    @Test
    void ofRaisesAtOnceTheLargestStays() throws Exception {
        append(log(), message("a", "b", 1, "x"));
        long head = behind(store(), "a", "d").get(0).head();
        CountDownLatch durable = new CountDownLatch(3);

        cursors().raise("a", "d", AB, head - 1, Runnable::run, durable::countDown);
        cursors().raise("a", "d", AB, head, Runnable::run, durable::countDown);
        cursors().raise("a", "d", AB, 0, Runnable::run, durable::countDown);

        assertThat(durable.await(60, TimeUnit.SECONDS)).isTrue();
        assertThat(behind(store(), "a", "d")).isEmpty();
    }

    @Test
    void cursorsOfDevicesAndConversationsAreApart() {
        append(log(), message("a", "b", 1, "x"));
        append(log(), message("a", "c", 1, "x"));
        raise(cursors(), "a", "d", AB, Long.MAX_VALUE);

        assertThat(behind(store(), "a", "d"))
                .extracting(Behind::conversation)
                .containsExactly(ConversationKey.direct("a", "c"));
        assertThat(behind(store(), "a", "dd")).hasSize(2);
        assertThat(behind(store(), "b", "d")).hasSize(1);
    }

    @Test
    void aReadPositionRisesAndIsNeverAboveTheHead() {
        append(log(), message("b", "a", 1, "x"));
        append(log(), message("b", "a", 2, "y"));
        long head = after(store(), AB, 0).get(1).position();

        raiseRead(cursors(), "a", AB, head + 100);
        raiseRead(cursors(), "a", AB, 1);

        var listed = heads(store(), "a", "d", Long.MAX_VALUE, 10).heads().get(0);
        assertThat(listed.read()).isEqualTo(head);
        assertThat(listed.unread()).isZero();
    }

    @Test
    void ofSeventeenDevicesOneIsForgottenWithItsCursors() {
        append(log(), message("a", "b", 1, "x"));
        long head = after(store(), AB, 0).get(0).position();
        for (int i = 1; i <= CursorStore.MAX_DEVICES; i++) {
            assertThat(open(cursors(), "a", "d" + i, false)).isTrue();
            raise(cursors(), "a", "d" + i, AB, head);
        }

        assertThat(open(cursors(), "a", "one-more", false)).isTrue();

        long forgotten = java.util.stream.IntStream.rangeClosed(1, CursorStore.MAX_DEVICES)
                .filter(i -> !behind(store(), "a", "d" + i).isEmpty())
                .count();
        assertThat(forgotten).isEqualTo(1);
        assertThat(behind(store(), "a", "one-more")).hasSize(1);
        assertThat(open(cursors(), "b", "d1", false)).as("another uid's").isTrue();
    }
}
