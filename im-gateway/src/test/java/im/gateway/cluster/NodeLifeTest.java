package im.gateway.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.timer.ManualTimer;
import im.protocol.ConversationKey;
import im.relay.Receipt;
import im.router.NodeId;
import im.router.Registration;
import im.router.Route;
import im.router.RouteDirectory;
import im.router.Routes;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a node does when its lease lapses and comes back, and what it looks up for others. */
class NodeLifeTest {
    private static final NodeId BEFORE = new NodeId(1, 10);
    private static final NodeId AFTER = new NodeId(2, 11);
    private static final NodeId NEWEST = new NodeId(3, 12);
    private static final Duration HEARTBEAT = Duration.ofSeconds(30);

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ClusterMeters meters = new ClusterMeters(new SimpleMeterRegistry());
    private final List<String> steps = Collections.synchronizedList(new ArrayList<>());
    private final Directory routes = new Directory();
    private final FakeGroupDirectory directory = new FakeGroupDirectory();
    private final GroupInterest interest = new GroupInterest(directory, meters);
    private final NodeLife life = life(timer);
    /** Tasks of {@link #stepped} run when the test lets time pass. */
    private final ManualTimer manual = new ManualTimer();

    private final NodeLife stepped = life(manual);

    private NodeLife life(ScheduledExecutorService tasks) {
        return new NodeLife(
                routes,
                interest,
                node -> {
                    steps.add("follow " + node.slot());
                    return CompletableFuture.completedStage(null);
                },
                () -> steps.add("resync"),
                tasks,
                meters);
    }

    private final class Directory implements RouteDirectory {
        final AtomicInteger failures = new AtomicInteger();
        final Map<String, Routes> known = new HashMap<>();

        @Override
        public CompletionStage<Registration> register(
                String uid, String device, long attempt, long connection, int group) {
            throw new UnsupportedOperationException("nobody connects here");
        }

        @Override
        public CompletionStage<Boolean> remove(String uid, String device, long connection) {
            throw new UnsupportedOperationException("nobody connects here");
        }

        @Override
        public CompletionStage<Routes> routesOf(String uid) {
            steps.add("routes of " + uid);
            return CompletableFuture.completedStage(known.getOrDefault(uid, Routes.NONE));
        }

        @Override
        public CompletionStage<Mended> mend() {
            steps.add("mend");
            return failures.getAndDecrement() > 0
                    ? CompletableFuture.failedStage(new IllegalStateException("not now"))
                    : CompletableFuture.completedStage(new Mended(3, 2, 1));
        }
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void withANewLeaseTheBusIsReadThenRoutesAreWrittenThenSessionsCompare_D23() {
        life.lapsed(BEFORE);
        assertThat(life.failure()).contains("lapsed");
        assertThat(steps).isEmpty();

        life.renewed(AFTER);

        assertThat(life.failure()).isNull();
        assertThat(steps).containsExactly("follow 2", "mend", "resync");
    }

    @Test
    void routesThatCannotBeWrittenAreTriedAgainBeforeSessionsCompare_D23() {
        routes.failures.set(1);
        life.lapsed(BEFORE);
        life.renewed(AFTER);
        assertThat(steps).containsExactly("follow 2", "mend");

        await().until(() -> steps.size() == 5);
        assertThat(steps).containsExactly("follow 2", "mend", "follow 2", "mend", "resync");
    }

    @Test
    void aComeBackUnderAnOlderLeaseDoesNotTakeTheReceiverBackToItsName_D23() {
        routes.failures.set(1);
        stepped.lapsed(BEFORE);
        stepped.renewed(AFTER);
        stepped.lapsed(AFTER);
        stepped.renewed(NEWEST);
        assertThat(steps).containsExactly("follow 2", "mend", "follow 3", "mend", "resync");

        manual.advance(Duration.ofMillis(NodeLife.RETRY_MILLIS));

        assertThat(steps).hasSize(5);
    }

    @Test
    void aRetryUnderAnOlderLeaseThatHasBegunIsNotTheLastToMoveTheReceiver_D23() {
        AtomicReference<@Nullable NodeLife> made = new AtomicReference<>();
        Thread registry = new Thread(() -> {
            NodeLife life = Objects.requireNonNull(made.get());
            life.lapsed(AFTER);
            life.renewed(NEWEST);
        });
        List<NodeId> followed = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger comeBacks = new AtomicInteger();
        made.set(new NodeLife(
                routes,
                interest,
                node -> {
                    if (node.equals(AFTER) && comeBacks.incrementAndGet() == 2) {
                        // The timer has found AFTER to be current; now the registry's thread goes as far as it gets.
                        registry.start();
                        await().until(() -> registry.getState() == Thread.State.BLOCKED || !registry.isAlive());
                    }
                    followed.add(node);
                    return CompletableFuture.completedStage(null);
                },
                () -> steps.add("resync"),
                timer,
                meters));
        routes.failures.set(1);
        Objects.requireNonNull(made.get()).renewed(AFTER);

        await().until(() -> followed.size() == 3);

        assertThat(followed).containsExactly(AFTER, AFTER, NEWEST);
    }

    @Test
    void afterANewerLeaseTheFirstOneDoesNotTakeTheReceiverToItsName_D23() {
        assertThat(life.joined(BEFORE)).isCompleted();
        assertThat(steps).containsExactly("follow 1");
        life.lapsed(BEFORE);
        life.renewed(AFTER);

        assertThat(life.joined(BEFORE)).isCompletedExceptionally();

        assertThat(steps).containsExactly("follow 1", "follow 2", "mend", "resync");
    }

    @Test
    void routesAreMendedOnceAHeartbeatButNotWithoutALease_D23() {
        stepped.begin(HEARTBEAT);
        manual.advance(HEARTBEAT.multipliedBy(2));
        assertThat(steps).containsExactly("mend", "mend");
        stepped.lapsed(BEFORE);

        manual.advance(HEARTBEAT.multipliedBy(2));
        assertThat(steps).hasSize(2);

        stepped.renewed(AFTER);
        assertThat(steps).containsExactly("mend", "mend", "follow 2", "mend", "resync");
        manual.advance(HEARTBEAT);
        assertThat(steps).hasSize(6).endsWith("mend");
    }

    @Test
    void receiptsThatWaitedLongestAreLookedUpFirstAlsoWhenTheyComeAgain() {
        ReceiptPushes receipts = new ReceiptPushes(routes, new FakeBus(), timer, meters);
        CountDownLatch all = new CountDownLatch(1);
        var unused = timer.submit(() -> all.await(1, TimeUnit.MINUTES));
        List<Receipt> raised = IntStream.range(0, 2 * ReceiptPushes.MAX_UIDS)
                .mapToObj(i -> new Receipt(ConversationKey.direct("a", "u" + i), "a", Receipt.Kind.DELIVERED, i + 1))
                .toList();
        receipts.raised(raised);
        receipts.raised(raised.subList(0, 10));
        all.countDown();

        await().until(() -> steps.size() == raised.size());

        assertThat(steps.subList(0, ReceiptPushes.MAX_UIDS))
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, ReceiptPushes.MAX_UIDS)
                        .mapToObj(i -> "routes of u" + i)
                        .toList());
    }

    @Test
    void receiptsThatComeTogetherAreOneAndAskForRoutesOnce() {
        FakeBus bus = new FakeBus();
        routes.known.put("b", Routes.of(List.of(new Route(Route.HERE, 5))));
        ReceiptPushes receipts = new ReceiptPushes(routes, bus, timer, meters);
        ConversationKey ab = ConversationKey.direct("a", "b");

        for (long position = 1; position <= 50; position++) {
            receipts.raised(List.of(new Receipt(ab, "a", Receipt.Kind.DELIVERED, position)));
        }
        receipts.raised(List.of(
                new Receipt(ab, "a", Receipt.Kind.READ, 7),
                new Receipt(ConversationKey.direct("a", "a"), "a", Receipt.Kind.DELIVERED, 9)));
        await().until(() -> bus.here.size() == 2);

        assertThat(bus.here).containsExactlyInAnyOrder("DELIVERED 50 by a b 5", "READ 7 by a b 5");
        assertThat(steps).containsExactlyInAnyOrder("routes of a", "routes of b");
    }

    /** Each partition whose view was lost tells it. */
    @Test
    void afterALossRoutesAreMendedOnceForAllWhoToldAndThenEverySessionCompares() {
        IntStream.range(0, 8).forEach(partition -> life.lost());

        await().until(() -> steps.contains("resync"));
        assertThat(steps).containsExactly("mend", "resync");
    }

    @Test
    void afterALossEverySessionComparesAlsoWhereRoutesCannotBeMended() {
        routes.failures.set(1);

        life.lost();

        await().until(() -> steps.contains("resync"));
        assertThat(steps).containsExactly("mend", "resync");
    }
}
