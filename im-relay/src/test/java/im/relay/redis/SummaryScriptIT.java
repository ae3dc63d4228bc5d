package im.relay.redis;

import static im.relay.Answers.heads;
import static im.relay.Answers.raiseRead;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.relay.ConversationStore.ConversationHead;
import im.relay.ConversationStore.HeadsRead;
import im.relay.Retention;
import im.servers.Servers;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class SummaryScriptIT {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");

    private HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);

    @AfterEach
    void close() {
        relay.close();
    }

    private int unread(String uid) {
        return heads(relay.store, uid, "d", Long.MAX_VALUE, 1).heads().get(0).unread();
    }

    private void say(String from, String to, int i) {
        relay.append(List.of(message(from, to, i, "m" + i)), Runnable::run, done -> {});
    }

    @Test
    void unreadAreTheOthersMessagesBehindTheReadMark() {
        for (int i = 0; i < 10; i++) {
            say(i % 3 == 0 ? "a" : "b", i % 3 == 0 ? "b" : "a", i);
        }
        assertThat(unread("a")).isEqualTo(6);
        assertThat(unread("b")).isEqualTo(4);

        List<im.relay.PlacedMessage> all =
                im.relay.Answers.page(relay.store, AB, 0).messages();
        raiseRead(relay.cursors, "a", AB, all.get(4).position());
        assertThat(unread("a")).as("5, 7 and 8").isEqualTo(3);
        raiseRead(relay.cursors, "b", AB, all.get(6).position());
        assertThat(unread("b")).as("9").isEqualTo(1);
        raiseRead(relay.cursors, "b", AB, all.get(9).position());
        assertThat(unread("b")).isZero();
    }

    @Test
    void whatIsHeldNoMoreIsNotUnread() {
        relay.close();
        relay = HandRelay.started(Servers.redis(), new Retention(Duration.ofDays(1), 8, 1 << 20));
        for (int i = 0; i < 30; i++) {
            say("b", "a", i);
        }

        int held = im.relay.Answers.page(relay.store, AB, 0).messages().size();

        assertThat(held).isBetween(8, 9);
        assertThat(unread("a")).isEqualTo(held);
        assertThat(unread("b")).isZero();
    }

    /** Heads of different partitions may have the same position; a page's end must not swallow one of them. */
    @Test
    void everyConversationIsListedOnceWhateverThePageSize() {
        for (int i = 0; i < 37; i++) {
            say("a", "peer" + i, 1);
        }
        Set<ConversationKey> listed = new HashSet<>();
        long below = Long.MAX_VALUE;
        boolean more = true;
        int pages = 0;
        while (more) {
            HeadsRead page = heads(relay.store, "a", "d", below, 5);
            for (ConversationHead head : page.heads()) {
                assertThat(listed.add(head.conversation())).isTrue();
                assertThat(head.order()).isLessThan(below);
                below = head.order();
                assertThat(head.last()).isNotNull();
            }
            more = page.more();
            pages++;
        }
        assertThat(listed).hasSize(37);
        assertThat(pages).isEqualTo(8);
    }
}
