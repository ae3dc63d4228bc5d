package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.protocol.ConversationKey;
import im.protocol.v1.GroupChange;
import im.protocol.v1.MembershipChange.Role;
import im.protocol.v1.Push;
import im.protocol.v1.PushedBroadcast;
import im.protocol.v1.PushedGroup;
import im.protocol.v1.PushedLoss;
import im.protocol.v1.PushedMembership;
import im.protocol.v1.PushedMessage;
import im.relay.PlacedMessage;
import im.relay.Receipt;
import im.relay.TransientMessage;
import im.relay.Wakeups;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** From one gateway's bus to another's loops. */
class ClusterPushTest {
    private static final ConversationKey AB = ConversationKey.direct("a", "b");
    private static final NodeId OTHER = new NodeId(7, 1_000);
    private static final NodeId THIRD = new NodeId(9, 3);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ClusterMeters meters = new ClusterMeters(registry);
    private final FakeBus fake = new FakeBus();
    private final AtomicBoolean holdsLease = new AtomicBoolean(true);
    private final ClusterPushBus bus = new ClusterPushBus(fake, fake, holdsLease::get, timer, meters);

    private final FakeBus arrived = new FakeBus();
    private final List<Long> displaced = new ArrayList<>();
    private final List<String> presences = new ArrayList<>();
    private final List<PushedBroadcast> broadcasts = new ArrayList<>();
    private int resyncs;
    private int losses;
    private final List<String> removed = new ArrayList<>();
    private final List<String> changed = new ArrayList<>();
    private final PushIntake intake = new PushIntake(holdsLease::get, arrived, new Heard(), meters);

    private final class Heard implements PushIntake.Hears {
        @Override
        public void displaced(long connection) {
            displaced.add(connection);
        }

        @Override
        public void removed(String uid, long connection) {
            removed.add(uid + " " + connection);
        }

        @Override
        public void presence(String uid) {
            presences.add(uid);
        }

        @Override
        public void lost() {
            losses++;
        }

        @Override
        public void broadcast(PushedBroadcast said) {
            broadcasts.add(said);
        }

        @Override
        public void resync() {
            resyncs++;
        }

        @Override
        public void groupChanged(String group, long changedAt) {
            changed.add(group + " " + changedAt);
        }
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    private static Routes routes() {
        return Routes.of(List.of(
                new Route(Route.HERE, 11),
                new Route(OTHER.packed(), 71),
                new Route(OTHER.packed(), 72),
                new Route(THIRD.packed(), 91)));
    }

    private List<Push> pushesTo(NodeId node) {
        return List.copyOf(fake.sent).stream()
                .filter(sent -> sent.node().equals(node))
                .flatMap(sent -> sent.record().getPushesList().stream())
                .toList();
    }

    private double received(String outcome) {
        return registry.get("im.gateway.pushes.received")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    @Test
    void whatIsPushedArrivesAtTheNodesOfItsConnections() {
        Wakeups wakeups = new Wakeups();
        bus.push(new PlacedMessage(AB, 9, 4, new byte[] {1}), "b", routes(), wakeups);
        bus.pushReceipt(new Receipt(AB, "a", Receipt.Kind.READ, 4), "b", routes(), wakeups);
        bus.pushTransient(new TransientMessage(AB, new byte[3]), "b", routes(), wakeups);
        bus.displaced(new Route(OTHER.packed(), 73));
        bus.removed("b", new Route(OTHER.packed(), 74));
        await().until(() -> pushesTo(OTHER).size() == 5 && pushesTo(THIRD).size() == 3);

        intake.pushed(pushesTo(OTHER));

        assertThat(fake.sent)
                .allMatch(sent -> sent.record().getIncarnation() == sent.node().incarnation());
        assertThat(arrived.here)
                .containsExactly("message 9 after 4 b 71 72", "READ 4 by a b 71 72", "transient of 3 b 71 72");
        assertThat(displaced).containsExactly(73L);
        assertThat(removed).containsExactly("b 74");
        assertThat(received("taken")).isEqualTo(5);
    }

    @Test
    void aNodeThatWatchesAUidIsToldToLook() {
        bus.presence(OTHER.packed(), "b");
        await().until(() -> pushesTo(OTHER).size() == 1);

        intake.pushed(pushesTo(OTHER));
        intake.pushed(
                List.of(pushesTo(OTHER).get(0).toBuilder().setUid("no uid").build()));

        assertThat(presences).containsExactly("b");
        assertThat(received("taken")).isEqualTo(1);
        assertThat(received("malformed")).isEqualTo(1);
    }

    @Test
    void whatIsSaidOfABroadcastArrives() {
        PushedBroadcast said = PushedBroadcast.newBuilder()
                .setId("id")
                .setFrom(5)
                .setCancelled(true)
                .build();
        bus.broadcast(OTHER.packed(), said);
        await().until(() -> pushesTo(OTHER).size() == 1);

        intake.pushed(pushesTo(OTHER));

        assertThat(broadcasts).containsExactly(said);
    }

    @Test
    void whatWasLostIsToldOn() {
        intake.pushed(List.of(
                Push.newBuilder().setLoss(PushedLoss.getDefaultInstance()).build()));

        assertThat(losses).isEqualTo(1);
        assertThat(received("taken")).isEqualTo(1);
    }

    @Test
    void whatIsForThisNodeOnlyCostsNoRecord() {
        bus.pushTransient(new TransientMessage(AB, new byte[3]), "b", Routes.here(11), new Wakeups());

        assertThat(fake.here).containsExactly("transient of 3 b 11");
        assertThat(fake.sent).isEmpty();
    }

    @Test
    void aNodeWithoutALeaseHandsOnNothingAndItsSessionsCompareWhenTheBusIsSure() {
        holdsLease.set(false);
        intake.pushed(List.of(Push.newBuilder().addConnections(71).setUid("b").build()));

        intake.resync("the bus lost its place");

        assertThat(arrived.here).isEmpty();
        assertThat(received("fenced")).isEqualTo(1);
        assertThat(resyncs).isEqualTo(1);
    }

    @Test
    void whatCannotBeReadIsCountedAndTheRestArrives() {
        PushedMessage.Builder message = PushedMessage.newBuilder()
                .setConversation(AB.text())
                .setPosition(9)
                .setPrev(4);
        Push.Builder push = Push.newBuilder().addConnections(71).setUid("b");
        intake.pushed(List.of(
                push.build(),
                push.clone().setMessage(message.clone().setConversation("x")).build(),
                push.clone().setMessage(message.clone().setPrev(9)).build(),
                push.clone().setMessage(message).build()));

        assertThat(arrived.here).containsExactly("message 9 after 4 b 71");
        assertThat(received("malformed")).isEqualTo(3);
    }

    @Test
    void aNodeWithoutALeaseTellsOthersNothing() {
        holdsLease.set(false);

        bus.displaced(new Route(OTHER.packed(), 73));

        assertThat(registry.get("im.gateway.pushes.sent")
                        .tag("outcome", "dropped")
                        .counter()
                        .count())
                .isEqualTo(1);
        assertThat(fake.sent).isEmpty();
    }

    @Test
    void whatIsTooMuchForOneRecordGoesInSeveral() {
        byte[] large = new byte[100_000];
        for (int i = 0; i < 5; i++) {
            bus.pushTransient(
                    new TransientMessage(AB, large),
                    "b",
                    Routes.of(List.of(new Route(OTHER.packed(), 71))),
                    new Wakeups());
        }
        await().until(() -> fake.sent.stream()
                        .mapToInt(sent -> sent.record().getPushesCount())
                        .sum()
                == 5);

        assertThat(fake.sent)
                .allMatch(sent -> sent.record().getSerializedSize() <= FakeBus.MAX_RECORD_BYTES)
                .hasSizeGreaterThan(1);
    }

    private static PushedGroup.Builder group() {
        return PushedGroup.newBuilder()
                .setConversation("g|team")
                .setPosition(9)
                .setPrev(4)
                .setChangedAt(9)
                .setChange(GroupChange.newBuilder().setBefore(4).putRoles("b", Role.MEMBER));
    }

    private static Push push(PushedGroup.Builder group) {
        return Push.newBuilder().setGroup(group).build();
    }

    @Test
    void aMessageOfAGroupIsHandedOnOnceAndItsChangeIsHeardOfBefore_D17() {
        Push membership = Push.newBuilder()
                .setUid("b")
                .addConnections(71)
                .setMembership(PushedMembership.newBuilder().setGroup("team"))
                .build();

        intake.pushed(List.of(push(group()), membership));

        assertThat(arrived.here).containsExactly("group team 9", "membership of team b 71");
        assertThat(changed).containsExactly("team 9", "team " + Long.MAX_VALUE);
        assertThat(received("taken")).isEqualTo(2);
    }

    @Test
    void aPushOfAGroupThatIsOutOfBoundsIsNotHandedOn() {
        intake.pushed(List.of(
                push(group().setConversation("d|a|b")),
                push(group().setPrev(9)),
                push(group().setChangedAt(10)),
                push(group().setChangedAt(-1)),
                push(group().setChange(GroupChange.newBuilder().setBefore(9))),
                Push.newBuilder()
                        .setMembership(PushedMembership.newBuilder().setGroup("no group"))
                        .build()));

        assertThat(arrived.here).isEmpty();
        assertThat(received("malformed")).isEqualTo(6);
    }
}
