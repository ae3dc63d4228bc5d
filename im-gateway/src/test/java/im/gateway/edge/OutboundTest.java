package im.gateway.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import im.gateway.connection.Connection;
import im.gateway.connection.Loop;
import im.protocol.CloseReason;
import im.protocol.v1.Frame;
import im.protocol.v1.Ping;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** When and how what a session writes leaves. */
class OutboundTest {
    private static final Frame PING =
            Frame.newBuilder().setPing(Ping.newBuilder().setClientTimeMs(1)).build();
    private static final int MANY = 100;
    private static final Edges EDGES = new Edges(Duration.ofSeconds(20), Bursts::new);

    /** Sessions that answer a frame with many, and write a few at the first tick after they were asked to. */
    private static final class Bursts extends EchoSessions {
        @Override
        Session newSession(Connection connection) {
            return new Burst(connection);
        }

        private final class Burst extends Session {
            final AtomicInteger writables = new AtomicInteger();
            int atTick;

            Burst(Connection connection) {
                super(connection);
            }

            @Override
            public void onFrame(Frame frame) {
                writeMany();
            }

            void writeMany() {
                for (int i = 0; i < MANY; i++) {
                    write(PING);
                }
            }

            @Override
            public void onTick() {
                for (; atTick > 0; atTick--) {
                    write(PING);
                }
            }

            @Override
            public void onWritable() {
                writables.incrementAndGet();
            }
        }
    }

    /** Counts what passes on its way to the socket. */
    private static final class FlushCount extends ChannelOutboundHandlerAdapter {
        final AtomicInteger flushes = new AtomicInteger();

        @Override
        public void flush(ChannelHandlerContext ctx) {
            flushes.incrementAndGet();
            ctx.flush();
        }
    }

    @AfterAll
    static void stop() {
        EDGES.close();
    }

    static Stream<Arguments> kinds() {
        return Edges.kinds();
    }

    private static Bursts.Burst last(Transport transport) {
        return (Bursts.Burst) EDGES.on(transport).sessions.newest();
    }

    private static <T> T onLoop(Loop loop, Callable<T> call) {
        CompletableFuture<T> result = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                result.complete(call.call());
            } catch (Exception e) {
                result.completeExceptionally(e);
            }
        });
        return result.join();
    }

    private static FlushCount count(Connection connection) {
        FlushCount count = new FlushCount();
        onLoop(
                connection.loop(),
                () -> ((NettyConnection) connection).context().pipeline().addFirst(count));
        return count;
    }

    private static void readMany(Peer peer, int frames) {
        for (int i = 0; i < frames; i++) {
            assertThat(peer.read()).isEqualTo(PING);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void allThatAReadCausesLeavesInOneFlush(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            FlushCount count = count(last(transport).connection);

            peer.send(PING);
            readMany(peer, MANY);

            assertThat(count.flushes).hasValue(1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void allThatTheLaneWritesInATurnLeavesInOneFlush(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            Bursts.Burst session = last(transport);
            Loop loop = session.connection.loop();
            FlushCount count = count(session.connection);

            loop.execute(() -> {
                session.writeMany();
                loop.execute(session::writeMany);
                loop.execute(session::writeMany);
            });
            readMany(peer, 3 * MANY);

            assertThat(count.flushes).hasValue(1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void allThatATickWritesLeavesInOneFlush(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            Bursts.Burst session = last(transport);
            FlushCount count = count(session.connection);

            session.connection.loop().execute(() -> session.atTick = MANY);
            readMany(peer, MANY);

            assertThat(count.flushes).hasValue(1);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aFullQueueIsToldAndTellsWhenItIsShortAgain(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            Bursts.Burst session = last(transport);
            Connection connection = session.connection;
            int bytes = 16 * 1024 * 1024;

            onLoop(connection.loop(), () -> {
                connection.write(raw(connection, bytes));
                assertThat(connection.pendingBytes()).isGreaterThan(bytes);
                return 0;
            });
            long stuck = awaitNoProgress(connection);
            assertThat(onLoop(connection.loop(), connection::pendingBytes)).isGreaterThan(Loop.LOW_WATER_BYTES);
            assertThat(session.writables).hasValue(0);

            peer.skip(bytes);
            await().until(() -> onLoop(connection.loop(), connection::pendingBytes) == 0);
            assertThat(session.writables).hasValue(1);
            assertThat(onLoop(connection.loop(), connection::lastProgressMillis))
                    .isGreaterThan(stuck);
        }
    }

    private static ByteBuf raw(Connection connection, int bytes) {
        return connection.alloc().buffer(bytes).writeZero(bytes);
    }

    /** Until the kernel has taken nothing for a few ticks. */
    private static long awaitNoProgress(Connection connection) {
        long[] progress = {0};
        await().until(() -> onLoop(connection.loop(), () -> {
            progress[0] = connection.lastProgressMillis();
            return connection.loop().nowMillis() - progress[0] > 100;
        }));
        return progress[0];
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void partOfABufferIsProgressToo(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            Connection connection = last(transport).connection;
            int bytes = 16 * 1024 * 1024;
            onLoop(connection.loop(), () -> {
                connection.write(raw(connection, bytes));
                return 0;
            });
            long stuck = awaitNoProgress(connection);

            peer.skip(bytes / 2);

            await().until(() -> onLoop(connection.loop(), connection::lastProgressMillis) > stuck);
            assertThat(onLoop(connection.loop(), connection::pendingBytes)).isPositive();
            peer.skip(bytes / 2);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void whatIsQueuedWhenASessionClosesStillLeaves(Transport transport, boolean webSocket) {
        try (Peer peer = EDGES.on(transport).greeted(webSocket)) {
            Bursts.Burst session = last(transport);
            session.connection.loop().execute(() -> {
                session.writeMany();
                session.connection.close(CloseReason.DISPLACED, "newer");
                session.writeMany();
                session.connection.close(CloseReason.INTERNAL, "again");
            });

            Peer.Ending ending = peer.readToEnd();
            assertThat(ending.frames()).hasSize(MANY + 1);
            assertThat(ending.code()).isEqualTo(4409);
            assertThat(ending.frames().get(MANY).getClose().getReconnect()).isFalse();
            assertThat(ending.closeFrames()).hasSize(webSocket ? 1 : 0).allMatch(code -> code == 4409);
        }
    }

    @ParameterizedTest
    @MethodSource("kinds")
    void aPeerThatReadsNothingIsCutOffWithItsQueue(Transport transport, boolean webSocket) {
        try (TestEdge edge = TestEdge.parting(transport, Duration.ofSeconds(1), new EchoSessions());
                Peer peer = edge.greeted(webSocket)) {
            Connection connection = edge.sessions.newest().connection;
            onLoop(connection.loop(), () -> {
                connection.write(raw(connection, 16 * 1024 * 1024));
                connection.close(CloseReason.TIMEOUT, "slow");
                return 0;
            });

            await().until(() -> !peer.sendBytes(Arrays.copyOf(new byte[0], 100)));
            assertThat(onLoop(connection.loop(), connection::pendingBytes)).isZero();
        }
    }
}
