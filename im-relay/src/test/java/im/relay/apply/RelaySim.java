package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.PushRecord;
import im.protocol.v1.PushedGroup;
import im.protocol.v1.PushedMessage;
import im.relay.LogPosition;
import im.relay.LogReader;
import im.relay.Partitions;
import im.relay.PushSender;
import im.relay.SeededBug;
import im.router.NodeId;
import im.router.Route;
import im.router.Routes;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A few relay processes over one log, one view and one index, and what must be true of them when all is quiet. */
final class RelaySim {
    static final RelayConfig CONFIG = new RelayConfig(
            Duration.ofMillis(400),
            Duration.ofMillis(600),
            Duration.ofSeconds(4),
            8,
            1 << 20,
            Duration.ofMillis(300),
            Duration.ofMillis(50),
            Duration.ofMillis(5),
            Duration.ofMillis(40),
            Duration.ZERO,
            100_000);
    static final NodeId GATEWAY = new NodeId(3, 17);

    /** One relay: its member of the group, its lane, and the partitions it believes to hold. */
    final class Process {
        final ModelLog.Member member = log.new Member();
        final SimWorld.SimLane lane = world.lane();
        final Map<Integer, PartitionApplier> held = new HashMap<>();
        final Map<Integer, Progress> progress = new HashMap<>();

        void take(int partition) {
            RecordDecoder decoder = new RecordDecoder(partitions);
            Ports ports = UncheckedView.wrap(
                    new Ports(
                            member,
                            view,
                            view,
                            events,
                            index,
                            RelaySim.this::routes,
                            RelaySim.this::interest,
                            () -> List.of(GATEWAY),
                            pushes),
                    bug);
            Pusher pusher = new Pusher(ports, lane, CONFIG.pushWait(), meters);
            PartitionApplier applier = new PartitionApplier(new Context(
                    partition,
                    ports,
                    CONFIG,
                    lane,
                    new Feed(partition, decoder),
                    meters,
                    pusher,
                    progress.computeIfAbsent(partition, p -> new Progress()),
                    bug));
            held.put(partition, applier);
            lane.execute(applier::start);
        }

        void lose(int partition) {
            PartitionApplier applier = held.remove(partition);
            if (applier != null) {
                lane.execute(applier::lost);
            }
        }
    }

    /** Faults of ports that hold groups, put in to see that they are found. */
    enum GroupFault {
        /** What became of groups is not kept. */
        EVENTS_FORGOTTEN,
        /** A view that lost its groups does not get them back. */
        RESTORE_IGNORED,
        /** The index takes no groups. */
        ENTRIES_DROPPED,
        /** A view that falls back keeps its groups. */
        GROUPS_STAY
    }

    boolean has(GroupFault fault) {
        return groupFault == fault;
    }

    /** A message on the bus. */
    record Pushed(long position, long prev, String uid) {}

    final SimWorld world;
    final Partitions partitions;
    final ModelLog log;
    final ModelView view;
    final ModelEvents events;
    final ModelIndex index;
    final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    final ApplyMeters meters = new ApplyMeters(registry);
    final List<Pushed> bus = new ArrayList<>();
    final List<PushedGroup> groupBus = new ArrayList<>();
    /** Uid and group. */
    final List<String> memberBus = new ArrayList<>();
    /** Where the view of the first partition stood each time the gateway was told that something was lost. */
    final List<Long> losses = new ArrayList<>();

    final PushSender pushes = this::push;
    final List<Process> processes = new ArrayList<>();
    private final @Nullable SeededBug bug;
    boolean routesFail;
    /** What the groups' ports are made to do wrong; null where they do all right. */
    @Nullable GroupFault groupFault;

    boolean busHangs;

    RelaySim(long seed, int partitionCount, @Nullable SeededBug bug) {
        this.world = new SimWorld(seed);
        this.partitions = new Partitions(partitionCount);
        this.log = new ModelLog(world, partitionCount);
        this.view = new ModelView(world, this::has);
        this.events = new ModelEvents(world, this::has);
        this.index = new ModelIndex(world, this::has);
        this.bug = bug;
    }

    Process process() {
        Process process = new Process();
        processes.add(process);
        return process;
    }

    /** Gone between two of its steps; what it has sent may still arrive. */
    void crash(Process process) {
        process.lane.die();
        processes.remove(process);
    }

    /** The partition is the process's from now on; whoever had it knows nothing of it. */
    void give(int partition, Process process) {
        log.give(partition, process.member);
        process.lose(partition);
        process.take(partition);
    }

    private CompletionStage<Map<String, Routes>> routes(Collection<String> uids) {
        if (routesFail) {
            return CompletableFuture.failedStage(new IllegalStateException("no routes"));
        }
        return world.call(() -> uids.stream()
                .filter(uid -> !uid.startsWith("away"))
                .collect(Collectors.toMap(
                        uid -> uid, uid -> Routes.of(List.of(new Route(GATEWAY.packed(), uid.hashCode()))))));
    }

    private CompletionStage<Map<String, long[]>> interest(Collection<String> groups) {
        return routesFail
                ? CompletableFuture.failedStage(new IllegalStateException("no interest"))
                : world.call(() -> groups.stream()
                        .collect(Collectors.toMap(group -> group, group -> new long[] {GATEWAY.packed()})));
    }

    private CompletionStage<Void> push(NodeId node, PushRecord record) {
        if (busHangs) {
            return new CompletableFuture<>();
        }
        return world.call(() -> {
            record.getPushesList().forEach(push -> {
                if (push.hasLoss()) {
                    losses.add(view.slot(0).applied);
                    return;
                }
                if (push.hasGroup()) {
                    groupBus.add(push.getGroup());
                    return;
                }
                if (push.hasMembership()) {
                    memberBus.add(push.getUid() + " " + push.getMembership().getGroup());
                    return;
                }
                PushedMessage message = push.getMessage();
                bus.add(new Pushed(message.getPosition(), message.getPrev(), push.getUid()));
            });
            return null;
        });
    }

    /** Into a group, what changes it or, without a change, a message. */
    void sendTo(String group, String sender, int id, @Nullable MembershipChange change) {
        ConversationKey conversation = ConversationKey.group(group);
        log.append(partitions.of(conversation), List.of(new ModelLog.Sent(conversation, sender, id, 0, change)));
    }

    void send(String a, String b, int id, int body) {
        ConversationKey conversation = ConversationKey.direct(a, b);
        log.append(partitions.of(conversation), List.of(new ModelLog.Sent(conversation, a, id, body)));
    }

    double count(String meter, String... tags) {
        Counter counter = registry.find(meter).tags(tags).counter();
        return counter == null ? 0 : counter.count();
    }

    /** Until every view is at the log's end and every relay has checked once more. */
    void settle() {
        world.until("view at the end of the log", this::isSettled);
        world.pass(CONFIG.heartbeat().multipliedBy(3));
        world.until("view at the end of the log", this::isSettled);
    }

    private boolean isSettled() {
        for (int p = 0; p < partitions.count(); p++) {
            ModelLog.Partition held = log.partitions.get(p);
            long end = held.records.isEmpty() ? 0 : held.extent().endOf(held.records.size() - 1);
            if (view.slot(p).applied < end) {
                return false;
            }
        }
        return true;
    }

    /** Position → message, of all that D11 does not call a duplicate: a function of the log alone. */
    Map<Long, ModelLog.Sent> accepted(int partition) {
        Map<ModelLog.Sent, Long> last = new HashMap<>();
        Map<Long, ModelLog.Sent> accepted = new LinkedHashMap<>();
        long clock = Long.MIN_VALUE;
        ModelLog.Partition held = log.partitions.get(partition);
        for (ModelLog.Stored record : held.records) {
            LogReader.Entry entry = record.entry();
            clock = Math.max(clock, entry.timeMs());
            for (int i = 0; i < record.messages().size(); i++) {
                ModelLog.Sent message = record.messages().get(i);
                Long before = last.put(message, clock);
                if (before == null || clock - before > CONFIG.window().toMillis()) {
                    accepted.put(held.extent().position(entry.offset(), i), message);
                }
            }
        }
        return accepted;
    }

    /** What the contract says of a quiet cluster. */
    void check() {
        for (int p = 0; p < partitions.count(); p++) {
            checkView(p);
            if (!log.partitions.get(p).lost) {
                new GroupCheck(this, p).run();
            }
        }
        checkPushes();
    }

    private void checkView(int partition) {
        ModelView.Slot slot = view.slot(partition);
        Map<Long, ModelLog.Sent> accepted = accepted(partition);
        // Where the log lost what no relay had applied, what a repeat repeats may be gone as well (D11).
        boolean isWhole = !log.partitions.get(partition).lost;
        Map<Long, byte[]> stored = new TreeMap<>();
        slot.conversations.forEach((conversation, messages) -> messages.forEach((position, held) -> {
            stored.put(position, held.envelope());
            if (isWhole) {
                assertThat(accepted)
                        .as("seed %d: stored, not accepted", world.seed)
                        .containsKey(position);
            }
        }));
        accepted.forEach((position, message) -> {
            if (isOwed(slot, position)) {
                assertThat(stored.get(position))
                        .as(
                                "seed %d: %s at %d|%d is lost",
                                world.seed, message, partition, LogPosition.offset(position))
                        .isEqualTo(ModelLog.envelope(message));
            }
        });
        slot.conversations.values().forEach(messages -> checkPrevs(slot, messages));
        long held = log.partitions.get(partition).first;
        slot.conversations.forEach((conversation, messages) -> {
            if (LogPosition.offset(messages.lastKey()) >= held) {
                checkHeads(slot, conversation, messages.lastKey());
            }
        });
        checkHoles(partition, slot);
    }

    private static boolean isOwed(ModelView.Slot slot, long position) {
        return position > slot.floor
                && slot.holes.stream().noneMatch(hole -> hole.from() < position && position <= hole.to());
    }

    /** Only what is older than R may be missing. */
    private void checkHoles(int partition, ModelView.Slot slot) {
        ModelLog.Partition held = log.partitions.get(partition);
        for (ModelLog.Stored record : held.records) {
            long age = world.millis - record.entry().timeMs();
            if (age < CONFIG.retention().toMillis() / 2) {
                assertThat(isOwed(slot, held.extent().position(record.entry().offset(), 0)))
                        .as("seed %d: young, but in a hole: %s", world.seed, record)
                        .isTrue();
            }
        }
    }

    private void checkPrevs(ModelView.Slot slot, TreeMap<Long, ModelView.Held> messages) {
        long before = slot.floor;
        for (ModelView.Held message : messages.values()) {
            long expected = before;
            for (ModelView.Hole hole : slot.holes) {
                expected = hole.to() < message.position() ? Math.max(expected, hole.to()) : expected;
            }
            assertThat(message.prev()).as("seed %d: prev", world.seed).isEqualTo(expected);
            before = message.position();
        }
    }

    /**
     * A head above the last message is that of one that was moved over. Where the log does not hold the last one any more,
     * an index that was lost cannot know of it; that is for the retention of the store and D20.
     */
    private void checkHeads(ModelView.Slot slot, ConversationKey conversation, long last) {
        for (String uid : conversation.uids()) {
            long head = index.head(uid, conversation);
            assertThat(head == last || (head > last && !isOwed(slot, head)))
                    .as("seed %d: head of %s for %s is %d, last %d", world.seed, conversation, uid, head, last)
                    .isTrue();
        }
    }

    private void checkPushes() {
        Map<Long, String> accepted = new HashMap<>();
        for (int p = 0; p < partitions.count(); p++) {
            accepted(p).forEach((position, message) -> accepted.merge(position, message.sender(), (a, b) -> a));
        }
        bus.forEach(push -> assertThat(accepted)
                .as("seed %d: pushed, not accepted", world.seed)
                .containsKey(push.position()));
    }
}
