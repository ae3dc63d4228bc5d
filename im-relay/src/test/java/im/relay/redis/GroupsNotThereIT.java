package im.relay.redis;

import static im.relay.Answers.value;
import static im.relay.Answers.versions;
import static im.relay.Requests.message;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange.Kind;
import im.relay.Answers;
import im.relay.ConversationStore.Behind;
import im.relay.ConversationStore.CompareRequest;
import im.relay.ConversationStore.Comparison;
import im.relay.GroupStore.Standing;
import im.relay.LoggedMessage;
import im.relay.ReadResult;
import im.servers.Servers;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;

/** What is read of a uid's groups while a view of them is not there, or is behind the uid's list. */
@Tag("once")
@EnabledIf("im.servers.Requirement#redis")
class GroupsNotThereIT {
    private final HandRelay relay = HandRelay.started(Servers.redis(), HandRelay.UNLIMITED);
    private final HandGroupChat g = new HandGroupChat(relay, "g");
    private final int p = g.partition;

    @AfterEach
    void close() {
        relay.close();
    }

    private Comparison compared(Map<ConversationKey, Long> known, ConversationKey... wanted) {
        var request = new CompareRequest("b", "d", known, false, List.of(wanted), true);
        return value(done -> relay.store.compare(request, Runnable::run, done));
    }

    private ReadResult<List<Standing>> groupsOf() {
        return Answers.await(done -> relay.groups.groupsOf("b", Runnable::run, done));
    }

    /** D2, D25: the list is written first; whoever reads between the two must read again, and is told by the version. */
    @Test
    void aGroupThatTheListHasAndTheViewNotYetIsNotPassedOver_D2_D25() {
        g.does("a", Kind.CREATED);
        long before = compared(Map.of()).version();
        List<LoggedMessage> added = relay.record(List.of(g.change("a", Kind.ADDED, List.of("b"))));
        relay.indexed(added);
        long listed = versions(relay.store, "b")[0];

        assertThat(groupsOf()).isInstanceOf(ReadResult.Failed.class);
        Comparison between = compared(Map.of());
        assertThat(between.behind()).isEmpty();
        assertThat(between.version()).isNotIn(listed, before);

        relay.applied(added);
        assertThat(groupsOf()).isInstanceOf(ReadResult.Ok.class);
        Comparison after = compared(Map.of());
        assertThat(after.version()).isEqualTo(listed);
        assertThat(after.behind()).extracting(Behind::conversation).containsExactly(g.conversation);
    }

    /** The same of one that left: what it may read ends later than the view says. */
    @Test
    void aGroupThatTheListSaysWasLeftIsComparedAgain_D2() {
        g.does("a", Kind.CREATED, "b");
        List<LoggedMessage> removed = relay.record(List.of(g.change("a", Kind.REMOVED, List.of("b"))));
        relay.indexed(removed);

        Comparison between = compared(Map.of());
        relay.applied(removed);

        assertThat(between.version()).isNotEqualTo(versions(relay.store, "b")[0]);
        assertThat(compared(Map.of()).behind())
                .extracting(Behind::head)
                .containsExactly(removed.get(0).position());
    }

    /** D20: what is there is told, what is not makes it complete as of no time. */
    @Test
    void aViewThatIsNotThereKeepsNobodyFromWhatIsThere_D20() {
        HandGroupChat other = elsewhere();
        long created = g.does("a", Kind.CREATED, "b");
        other.does("a", Kind.CREATED, "b");
        ConversationKey direct = directElsewhere();
        relay.append(List.of(message(direct.peerOf("b"), "b", 1, "direct")), Runnable::run, done -> {});
        relay.heartbeat(relay.timeMs + 5_000);
        org.awaitility.Awaitility.await()
                .untilAsserted(() -> assertThat(compared(Map.of()).asOfMs()).isPositive());

        relay.lose("{p" + p + "}");

        Comparison told = compared(Map.of());
        assertThat(told.behind()).extracting(Behind::conversation).containsExactly(direct, other.conversation);
        assertThat(told.asOfMs()).isZero();
        assertThat(told.version()).isNotEqualTo(versions(relay.store, "b")[0]);
        assertThat(compared(Map.of(g.conversation, created), g.conversation).behind())
                .as("of one that was asked for, what the device has")
                .contains(new Behind(g.conversation, created, created, 0));
        assertThat(groupsOf()).isInstanceOf(ReadResult.Failed.class);
    }

    private HandGroupChat elsewhere() {
        for (int i = 0; ; i++) {
            HandGroupChat other = new HandGroupChat(relay, "other-" + i);
            if (other.partition != p) {
                return other;
            }
        }
    }

    private ConversationKey directElsewhere() {
        for (int i = 0; ; i++) {
            ConversationKey direct = ConversationKey.direct("b", "peer-" + i);
            if (relay.partitions.of(direct) != p) {
                return direct;
            }
        }
    }
}
