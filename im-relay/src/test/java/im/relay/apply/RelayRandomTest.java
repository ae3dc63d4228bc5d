package im.relay.apply;

import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import im.protocol.v1.MembershipChange;
import im.protocol.v1.MembershipChange.Kind;
import im.protocol.v1.MembershipChange.Role;
import im.relay.Partitions;
import im.relay.SeededBug;
import im.relay.apply.RelaySim.GroupFault;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * D1 to D6 and D10 to D12 under schedules that a seed decides: crashes between any two steps, zombies, requests and
 * answers that are lost, views that fall back or are emptied, a trimmed log, a log whose clock steps back.
 */
class RelayRandomTest {
    private static final int PARTITIONS = 2;
    private static final int STEPS = 6_000;
    private static final int SCHEDULES = Integer.getInteger("im.test.schedules", 60);

    private static final List<String> UIDS = List.of("ann", "bob", "cat", "away-dan");

    private static final List<String> GROUPS = List.of("g0", "g1", "g2", "g3");

    private static final class Schedule {
        private final RelaySim sim;
        private final Random random;
        private final List<ModelLog.Sent> sent = new ArrayList<>();
        private int ids;

        Schedule(long seed, GroupFault fault) {
            this(seed, (SeededBug) null);
            sim.groupFault = fault;
        }

        Schedule(long seed, @Nullable SeededBug bug) {
            sim = new RelaySim(seed, PARTITIONS, bug);
            random = sim.world.random;
            sim.log.clockStepsBackMs = random.nextBoolean() ? 0 : 40;
        }

        void run() {
            sim.process();
            sim.process();
            for (int p = 0; p < PARTITIONS; p++) {
                sim.give(p, anyProcess());
            }
            sim.world.failing = random.nextInt(3) * 0.01;
            for (int i = 0; i < STEPS; i++) {
                sim.world.step();
                if (random.nextInt(12) == 0) {
                    append();
                }
                if (random.nextInt(250) == 0) {
                    fault();
                }
            }
            quiet();
            sim.settle();
            sim.check();
        }

        private void append() {
            if (!sent.isEmpty() && random.nextInt(4) == 0) {
                ModelLog.Sent again = sent.get(sent.size() - 1 - random.nextInt(Math.min(30, sent.size())));
                put(List.of(random.nextInt(4) > 0 ? again : otherBody(again)));
                return;
            }
            String from = anyUid();
            if (random.nextInt(3) == 0) {
                ConversationKey group = ConversationKey.group(GROUPS.get(random.nextInt(GROUPS.size())));
                put(List.of(new ModelLog.Sent(group, from, ids++, 0, random.nextInt(3) == 0 ? null : anyChange())));
                return;
            }
            ConversationKey conversation = ConversationKey.direct(from, anyUid());
            List<ModelLog.Sent> record = new ArrayList<>();
            for (int i = random.nextInt(3); i >= 0; i--) {
                record.add(new ModelLog.Sent(conversation, from, ids++, 0));
            }
            if (random.nextInt(10) == 0) {
                record.add(record.get(0));
            }
            put(record);
        }

        private ModelLog.Sent otherBody(ModelLog.Sent message) {
            return new ModelLog.Sent(message.conversation(), message.sender(), message.id(), ids++, message.change());
        }

        private void put(List<ModelLog.Sent> record) {
            int partition = new Partitions(PARTITIONS).of(record.get(0).conversation());
            if (random.nextInt(60) == 0) {
                sim.log.appendRaw(partition, random.nextBoolean() ? null : new byte[] {1, 2, 3}, List.of());
            }
            sim.log.append(partition, record);
            sent.addAll(record);
        }

        /** Whether it fits is for the effect to say. */
        private MembershipChange anyChange() {
            MembershipChange.Builder change = MembershipChange.newBuilder();
            int kind = random.nextInt(25) - 1;
            switch (kind) {
                case -1 -> change.setKind(random.nextInt(4) == 0 ? Kind.DISSOLVED : Kind.JOINED);
                case 0, 1, 2 -> change.setKind(Kind.SETTINGS_CHANGED).setTitle("t" + random.nextInt(9));
                case 3, 4, 5 -> change.setKind(Kind.CREATED);
                case 6, 7 -> change.setKind(Kind.JOINED);
                case 8, 9 -> change.setKind(Kind.LEFT);
                case 10, 11, 12 -> change.setKind(Kind.ROLE_CHANGED).setRole(Role.forNumber(1 + random.nextInt(3)));
                case 13, 14, 15, 16, 17 -> change.setKind(Kind.REMOVED);
                default -> change.setKind(Kind.ADDED);
            }
            if (kind > 2 && (kind < 6 || kind > 9)) {
                change.addUids(anyUid()).addUids(anyUid());
            }
            return change.build();
        }

        private String anyUid() {
            return UIDS.get(random.nextInt(UIDS.size()));
        }

        private RelaySim.Process anyProcess() {
            return sim.processes.get(random.nextInt(sim.processes.size()));
        }

        private void fault() {
            int partition = random.nextInt(PARTITIONS);
            int bucket = random.nextInt(ModelIndex.BUCKETS);
            switch (random.nextInt(12)) {
                case 0 -> crashAndReplace();
                case 1, 2 -> sim.give(partition, anyProcess());
                case 3 -> anyProcess().lane.paused ^= true;
                case 4, 5 -> sim.view.snapshot(partition);
                case 6 -> sim.view.fallBack(partition);
                case 7 -> sim.index.snapshot(bucket);
                case 8 -> sim.index.fallBack(bucket);
                case 9 -> {
                    if (random.nextInt(4) == 0) {
                        sim.view.flush();
                        sim.index.flush();
                    }
                }
                case 10 -> trim(partition);
                default -> sim.world.pass(RelaySim.CONFIG.window().dividedBy(4));
            }
        }

        private void crashAndReplace() {
            RelaySim.Process gone = anyProcess();
            sim.crash(gone);
            sim.process();
            for (int p = 0; p < PARTITIONS; p++) {
                if (sim.log.partitions.get(p).owner == gone.member) {
                    sim.give(p, anyProcess());
                }
            }
        }

        /** D10: the log keeps R + W. */
        private void trim(int partition) {
            ModelLog.Partition held = sim.log.partitions.get(partition);
            long keep = RelaySim.CONFIG
                    .retention()
                    .plus(RelaySim.CONFIG.window())
                    .plusMillis(sim.log.clockStepsBackMs)
                    .toMillis();
            while (held.first < held.records.size()
                    && held.records.get(held.first).entry().timeMs() < sim.world.millis - keep) {
                held.first++;
            }
            held.lost |= held.first > 0 && held.committed < wholeWindowAt(held);
        }

        /** Behind a window of what is held: where a repeat can be told from a message, so that it may be applied (D11). */
        private long wholeWindowAt(ModelLog.Partition held) {
            long from = held.first;
            long start = from < held.records.size()
                    ? held.records.get((int) from).entry().timeMs()
                    : 0;
            long whole = start + RelaySim.CONFIG.window().toMillis() + sim.log.clockStepsBackMs;
            while (from < held.records.size()
                    && held.records.get((int) from).entry().timeMs() < whole) {
                from++;
            }
            return from;
        }

        /** Faults end; zombies hear that they are none's, in the middle of whatever they do. */
        private void quiet() {
            sim.world.failing = 0;
            for (RelaySim.Process process : sim.processes) {
                process.lane.paused = false;
                for (int p = 0; p < PARTITIONS; p++) {
                    if (sim.log.partitions.get(p).owner != process.member) {
                        int partition = p;
                        sim.world.later(() -> process.lose(partition));
                    }
                }
            }
        }
    }

    @Test
    void everyScheduleEndsWithAViewThatIsWhatTheLogSays() {
        long base = Long.getLong("im.test.seed", System.nanoTime());
        for (int i = 0; i < SCHEDULES; i++) {
            new Schedule(base + i, (SeededBug) null).run();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = SeededBug.class,
            names = {"NO_APPLIED_CHECK", "COMMIT_BEFORE_EFFECT", "INDEX_AFTER_BATCH"})
    void aSeededBugIsFound(SeededBug bug) {
        assertThat(firstFound(bug, seed -> new Schedule(seed, bug)))
                .as("schedules until %s is found", bug)
                .isLessThan(200);
    }

    @ParameterizedTest
    @EnumSource(GroupFault.class)
    void aPortThatIsWrongAboutGroupsIsFound(GroupFault fault) {
        assertThat(firstFound(fault, seed -> new Schedule(seed, fault)))
                .as("schedules until %s is found", fault)
                .isLessThan(200);
    }

    private static int firstFound(Object bug, LongFunction<Schedule> schedules) {
        long base = Long.getLong("im.test.seed", System.nanoTime());
        for (int i = 0; i < 200; i++) {
            try {
                schedules.apply(base + i).run();
            } catch (AssertionError e) {
                System.out.println(bug + " found by schedule " + (base + i) + ", the " + (i + 1) + "th");
                return i;
            }
        }
        return 200;
    }
}
