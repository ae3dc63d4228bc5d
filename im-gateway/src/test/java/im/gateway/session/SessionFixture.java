package im.gateway.session;

import static org.assertj.core.api.Assertions.assertThat;

import im.gateway.auth.TokenVerifier;
import im.gateway.auth.TokenVerifier.Verdict;
import im.gateway.config.DevicePolicy;
import im.gateway.presence.PresenceDesk;
import im.gateway.service.SessionHooks;
import im.gateway.service.SessionMetrics;
import im.gateway.service.SessionServices;
import im.gateway.service.SessionTerms;
import im.gateway.service.Takeovers;
import im.protocol.ConversationKey;
import im.protocol.v1.Cursor;
import im.protocol.v1.Feature;
import im.protocol.v1.Frame;
import im.protocol.v1.Hello;
import im.relay.PlacedMessage;
import im.relay.Retention;
import im.router.RouteDirectory;
import im.router.memory.MemoryRouteDirectory;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Sessions of one uid, "me", over a store and a log that answer when the test says so. Window: 6 messages, 128 KiB. */
final class SessionFixture {
    static final int HEARTBEAT_MILLIS = 1_000;
    static final int WINDOW = 6;
    /** Long enough that no test meets it that is not about it. */
    static final long REPUSH_MILLIS = 60_000;

    private static final int WIDE_LOOP = 64 << 20;

    static final ConversationKey A = ConversationKey.direct("me", "a");
    static final ConversationKey B = ConversationKey.direct("me", "b");

    final ManualLoop manual;
    final ScheduledStore store = new ScheduledStore();
    final ScriptedLog log = new ScriptedLog();
    final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    final SessionMetrics metrics = new SessionMetrics(meters);
    final MemoryRouteDirectory routes = new MemoryRouteDirectory(new Random(1));

    final LoopPushBus bus;

    /** Where sessions register: {@link #routes}, unless the test brought its own. */
    private final RouteDirectory directory;

    final PresenceDesk presence;

    final Sessions sessions;
    TokenVerifier verifier = token -> new Verdict.Valid("me", Long.MAX_VALUE);
    private long wallMillis = 1_000_000;
    /** Monotonic time, which stands still unless the test moves it. */
    long nanos;

    private long attempt;

    SessionFixture() {
        this(128 * 1024, 16);
    }

    /** Connections of one device come as seldom as they should, unless a test says otherwise. */
    long betweenTakeovers = Takeovers.WINDOW_MILLIS;

    private long takeoverMillis;

    SessionFixture(long repushMillis) {
        this(128 * 1024, 16, null, repushMillis, WIDE_LOOP, SessionHooks.NONE, null);
    }

    static SessionFixture withHooks(SessionHooks hooks) {
        return new SessionFixture(128 * 1024, 16, null, REPUSH_MILLIS, WIDE_LOOP, hooks, null);
    }

    /** Sessions that may be in groups; their messages are not in {@link #store}. */
    static SessionFixture withGroups(ScheduledGroups groups) {
        return new SessionFixture(128 * 1024, 16, null, REPUSH_MILLIS, WIDE_LOOP, SessionHooks.NONE, groups);
    }

    /** Sessions on a loop that may have no more bytes queued than this. */
    static SessionFixture withLoopBudget(int bytes) {
        return new SessionFixture(128 * 1024, 16, null, REPUSH_MILLIS, bytes, SessionHooks.NONE, null);
    }

    SessionFixture(int windowBytes, int unansweredSends) {
        this(windowBytes, unansweredSends, null, REPUSH_MILLIS, WIDE_LOOP, SessionHooks.NONE, null);
    }

    SessionFixture(RouteDirectory directory) {
        this(128 * 1024, 16, directory, REPUSH_MILLIS, WIDE_LOOP, SessionHooks.NONE, null);
    }

    private SessionFixture(
            int windowBytes,
            int unansweredSends,
            @Nullable RouteDirectory own,
            long repushMillis,
            int loopBudget,
            SessionHooks hooks,
            @Nullable ScheduledGroups groups) {
        manual = new ManualLoop(HEARTBEAT_MILLIS / 4, loopBudget);
        bus = new LoopPushBus(List.of(manual.loop), metrics);
        directory = own == null ? routes : own;
        SessionTerms terms = new SessionTerms(
                "n",
                Duration.ofMillis(HEARTBEAT_MILLIS),
                WINDOW,
                windowBytes,
                unansweredSends,
                Duration.ofMinutes(10),
                Retention.DEFAULT,
                Duration.ofMillis(repushMillis),
                DevicePolicy.ALL,
                256);
        presence = NoTimes.desk(directory, manual.loop, new WallClock());
        SessionServices services = new SessionServices(
                terms,
                token -> verifier.verify(token),
                log,
                store,
                store,
                directory,
                presence,
                bus,
                new Takeovers(() -> takeoverMillis += betweenTakeovers, new Random(1)),
                metrics,
                groups,
                new WallClock(),
                () -> nanos,
                hooks);
        sessions = new Sessions(services, List.of(manual.loop), new Random(1));
        bus.serve(sessions);
    }

    private final class WallClock extends Clock {
        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }

        @Override
        public Instant instant() {
            return Instant.ofEpochMilli(wallMillis);
        }
    }

    void wallClock(long millis) {
        wallMillis = millis;
    }

    /** Time passes on the wall and on the loop. */
    void pass(long millis) {
        wallMillis += millis;
        manual.advance(millis);
    }

    /** A connection that said Hello; what came of it is for the test to read. */
    WireConnection hello(Hello hello) {
        WireConnection connection = new WireConnection(manual.loop);
        sessions.open(connection, 1, hello);
        manual.run();
        return connection;
    }

    /** A welcomed connection whose client left its cursors to the server; its catch-up has begun. */
    WireConnection welcomed() {
        WireConnection connection = hello(ClientFrames.hello(++attempt).build());
        assertThat(words(connection)).containsExactly("welcome");
        return connection;
    }

    /** A welcomed connection of a client that holds its cursors; its catch-up has begun. */
    WireConnection resumed(Cursor... cursors) {
        WireConnection connection =
                hello(ClientFrames.hello(++attempt).setClientCursors(true).build());
        assertThat(words(connection)).containsExactly("welcome");
        connection.receive(ClientFrames.resume(true, cursors));
        return connection;
    }

    /** {@link #resumed}, of one device of several. */
    WireConnection resumed(String device, Cursor... cursors) {
        WireConnection connection = hello(ClientFrames.hello(++attempt)
                .setDevice(device)
                .setClientCursors(true)
                .build());
        assertThat(words(connection)).containsExactly("welcome");
        connection.receive(ClientFrames.resume(true, cursors));
        return connection;
    }

    /** {@link #live}, of one device of several. */
    WireConnection live(String device, Cursor... cursors) {
        WireConnection connection = resumed(device, cursors);
        answer();
        assertThat(words(connection)).containsExactly("caught up");
        return connection;
    }

    /** {@link #resumed} and caught up with an empty store. */
    WireConnection live(Cursor... cursors) {
        WireConnection connection = resumed(cursors);
        answer();
        assertThat(words(connection)).containsExactly("caught up");
        return connection;
    }

    /** A caught-up connection of a client that left its cursors to the server, after it became an idle row. */
    WireConnection idle() {
        WireConnection connection = welcomed();
        answer();
        connection.received();
        becomeIdle(connection);
        return connection;
    }

    /** A caught-up connection of another device of the uid, whose client asked for features. */
    WireConnection featured(String device, Feature... features) {
        WireConnection connection = hello(ClientFrames.hello(++attempt)
                .setDevice(device)
                .addAllFeatures(List.of(features))
                .build());
        answer();
        connection.received();
        return connection;
    }

    void becomeIdle(WireConnection connection) {
        for (int i = 0; i < 4; i++) {
            heartbeats(connection, 1);
            answer();
        }
        assertThat(metrics.active())
                .as("active sessions: %s", connection.listener)
                .isZero();
    }

    /** Time passes in which the client pings and takes what there is; nobody answers reads or appends. */
    void heartbeats(WireConnection connection, int count) {
        for (int i = 0; i < count * 4; i++) {
            connection.receive(ClientFrames.ping());
            connection.flush(Integer.MAX_VALUE);
            manual.advance(HEARTBEAT_MILLIS / 4);
        }
        connection.flush(Integer.MAX_VALUE);
        connection.arrived.removeIf(Frame::hasPong);
    }

    /** Every read that is asked for is answered, until none is; cursor writes are not. */
    void answer() {
        for (int i = 0; i < 10_000 && store.hasReads(); i++) {
            store.execute(0);
            store.answer(0);
            manual.run();
        }
    }

    /** One read is done and answered. */
    void answerOne() {
        store.execute(0);
        store.answer(0);
        manual.run();
    }

    PlacedMessage append(ConversationKey conversation) {
        return store.append(conversation, 1, 10);
    }

    PlacedMessage append(ConversationKey conversation, int size) {
        return store.append(conversation, 1, size);
    }

    void push(WireConnection connection, PlacedMessage message) {
        if (manual.loop.find(connection.id()) instanceof Session session) {
            session.push(message);
        }
        manual.run();
    }

    /** Commits a message and pushes it, as a store does that loses nothing. */
    PlacedMessage deliver(WireConnection connection, ConversationKey conversation) {
        return deliver(connection, conversation, 10);
    }

    PlacedMessage deliver(WireConnection connection, ConversationKey conversation, int size) {
        PlacedMessage message = append(conversation, size);
        push(connection, message);
        return message;
    }

    void writeCursors() {
        while (store.hasCursorWrites()) {
            store.writeCursor();
        }
        manual.run();
    }

    double count(String meter, String... tags) {
        return meters.get(meter).tags(tags).counter().count();
    }

    static List<String> words(WireConnection connection) {
        return connection.received().stream().map(ClientFrames::word).toList();
    }
}
