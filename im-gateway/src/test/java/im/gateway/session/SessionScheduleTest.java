package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.TokenVerifier.Verdict;
import im.gateway.config.DevicePolicy;
import im.gateway.service.SessionHooks;
import im.gateway.service.SessionMetrics;
import im.gateway.service.SessionServices;
import im.gateway.service.SessionTerms;
import im.gateway.service.Takeovers;
import im.protocol.ConversationKey;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.protocol.v1.Ping;
import im.protocol.v1.Versions;
import im.relay.PlacedMessage;
import im.relay.Retention;
import im.router.RouteDirectory;
import im.router.memory.MemoryRouteDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * One session and one receiving client under random schedules: reads that are answered late and in any order, pushes
 * that are lost, late, doubled and out of order, messages that are held no more, frames that the client loses, a socket that takes nothing for a while, acknowledgements that do not come,
 * reconnects. Afterwards the client must have everything, in order, once, and the session must be idle.
 *
 * <p>{@code -Dim.test.schedules=N} runs more of them; a failure names its seed.
 */
class SessionScheduleTest {
    private static final int SCHEDULES = Integer.getInteger("im.test.schedules", 1_000);
    private static final List<ConversationKey> CONVERSATIONS = List.of(
            ConversationKey.direct("me", "a"), ConversationKey.direct("me", "b"), ConversationKey.direct("me", "z"));
    private static final int[] SIZES = {10, 10, 200, 20_000, 60_000};
    private static final long HEARTBEAT_MILLIS = 1_000;

    private static final class World {
        final Random random;
        final ManualLoop manual = new ManualLoop(HEARTBEAT_MILLIS / 4);
        final ScheduledStore store = new ScheduledStore();
        final SessionMetrics metrics = new SessionMetrics(new SimpleMeterRegistry());
        final Sessions sessions;
        final List<PlacedMessage> bus = new ArrayList<>();
        final ModelClient client;
        WireConnection connection;
        boolean silent;
        long attempt;
        /** How often the client brings its cursors itself, of 2 connections. */
        final int clientCursors;

        World(long seed) {
            random = new Random(seed);
            clientCursors = random.nextInt(3);
            SessionTerms terms = new SessionTerms(
                    "n",
                    Duration.ofMillis(HEARTBEAT_MILLIS),
                    6,
                    128 * 1024,
                    16,
                    Duration.ofMinutes(10),
                    Retention.DEFAULT,
                    Duration.ofMillis(2 * HEARTBEAT_MILLIS),
                    DevicePolicy.ALL,
                    256);
            store.versionsAreLate = true;
            RouteDirectory routes = new MemoryRouteDirectory(random);
            SessionServices services = new SessionServices(
                    terms,
                    token -> new Verdict.Valid("me", Long.MAX_VALUE),
                    new NoLog(),
                    store,
                    store,
                    routes,
                    NoTimes.desk(routes, manual.loop, Clock.systemUTC()),
                    new LoopPushBus(List.of(manual.loop), metrics),
                    new Takeovers(() -> takeoverMillis += Takeovers.WINDOW_MILLIS, new Random(1)),
                    metrics,
                    null,
                    Clock.systemUTC(),
                    () -> 0,
                    SessionHooks.NONE);
            sessions = new Sessions(services, List.of(manual.loop), random);
            connection = new WireConnection(manual.loop);
            client = new ModelClient(store, connection);
            connect();
        }

        private long takeoverMillis;

        void connect() {
            store.connection++;
            store.comparedHeads = Map.of();
            boolean brings = random.nextInt(2) < clientCursors;
            connection.close(im.protocol.CloseReason.PEER, "");
            connection = new WireConnection(manual.loop);
            sessions.open(connection, 1, hello(brings));
            manual.run();
            connection.flush(1);
            assertThat(connection.arrived.remove().getBodyCase()).isEqualTo(Frame.BodyCase.WELCOME);
            connection.written = this::remember;
            client.connected(connection, brings);
        }

        /** What CaughtUp promises is fixed when it is written, not when it is read. */
        private void remember(Frame frame) {
            if (frame.hasCaughtUp()) {
                client.promised.add(store.comparedHeads);
            }
        }

        private Hello hello(boolean brings) {
            return Hello.newBuilder()
                    .setVersions(Versions.newBuilder().setOldest(1).setNewest(1))
                    .setDevice("d")
                    .setAttempt(++attempt)
                    .setLogId("log")
                    .setClientCursors(brings)
                    .build();
        }

        void step() {
            switch (random.nextInt(20)) {
                case 0, 1, 2 -> append();
                case 3, 4, 5 -> push(random.nextInt(4) == 0 ? random.nextInt(8) : 0);
                case 6, 7, 8 -> store.execute(random.nextInt(4));
                case 9, 10, 11 -> store.answer(random.nextInt(4));
                case 12, 13 -> connection.flush(1 + random.nextInt(3));
                case 14, 15, 16 -> client.read();
                case 17 -> acknowledgeUnlessSilent();
                case 18 -> store.writeCursor();
                default -> rare();
            }
            manual.run();
        }

        private void rare() {
            switch (random.nextInt(12)) {
                case 0 -> connect();
                case 1 -> silent = !silent;
                case 2 -> quietHeartbeats();
                case 3 -> trim();
                case 4, 5 -> client.lose();
                default -> tick();
            }
        }

        void append() {
            ConversationKey conversation = CONVERSATIONS.get(random.nextInt(3));
            PlacedMessage message =
                    store.append(conversation, 1 + random.nextInt(4), SIZES[random.nextInt(SIZES.length)]);
            bus.add(message);
            if (random.nextInt(8) == 0) {
                bus.add(message);
            }
        }

        private void trim() {
            ConversationKey conversation = CONVERSATIONS.get(random.nextInt(3));
            List<PlacedMessage> held = store.messages.getOrDefault(conversation, List.of());
            if (!held.isEmpty()) {
                store.trim(conversation, held.get(random.nextInt(held.size())).position());
            }
        }

        void push(int which) {
            if (!bus.isEmpty()) {
                PlacedMessage message = bus.remove(which % bus.size());
                boolean lost = random.nextInt(12) == 0;
                if (!lost && manual.loop.find(connection.id()) instanceof Session session) {
                    session.push(message);
                }
            }
        }

        void acknowledgeUnlessSilent() {
            if (!silent) {
                client.acknowledge();
            }
        }

        /** A tick of the wheel; the client pings, and its kernel takes something, so that nobody times out. */
        void tick() {
            connection.receive(Frame.newBuilder().setPing(Ping.newBuilder()).build());
            connection.flush(1);
            manual.advance(HEARTBEAT_MILLIS / 4);
            dropPongs();
        }

        void dropPongs() {
            connection.arrived.removeIf(f -> f.getBodyCase() == Frame.BodyCase.PONG);
        }

        /** Long enough that the session becomes an idle row, if nothing keeps it. */
        private void quietHeartbeats() {
            for (int i = 0; i < 6; i++) {
                calm();
                tick();
            }
        }

        /** Everything that is under way comes to its end. */
        void calm() {
            for (int i = 0; i < 200 && !isCalm(); i++) {
                store.execute(0);
                store.answer(0);
                store.writeCursor();
                connection.flush(10);
                dropPongs();
                client.read();
                acknowledgeUnlessSilent();
                manual.run();
            }
        }

        private boolean isCalm() {
            return store.isQuiet() && !connection.hasOutbound() && connection.arrived.isEmpty();
        }

        void settle() {
            silent = false;
            while (!bus.isEmpty()) {
                push(0);
            }
            for (int i = 0; i < 160 && !(client.hasAll() && metrics.active() == 0); i++) {
                calm();
                tick();
                client.acknowledge();
            }
        }
    }

    @Test
    void anyScheduleDeliversEverythingOnceInOrderAndEndsIdle() {
        long first = Long.getLong("im.test.seed", 1);
        for (long seed = first; seed < first + SCHEDULES; seed++) {
            run(seed);
        }
    }

    private static void run(long seed) {
        try {
            World world = new World(seed);
            int steps = 50 + world.random.nextInt(400);
            for (int i = 0; i < steps; i++) {
                world.step();
                world.dropPongs();
                assertThat(world.connection.closed).as("closed by the server").isNull();
            }
            world.settle();
            assertThat(world.client.hasAll()).as("everything delivered").isTrue();
            assertThat(world.client.caughtUp).as("caught up").isTrue();
            assertThat(world.metrics.active())
                    .as("active sessions: %s", world.connection.listener)
                    .isZero();
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError("-Dim.test.seed=" + seed + " -Dim.test.schedules=1", e);
        }
    }
}
