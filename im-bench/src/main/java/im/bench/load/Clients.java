package im.bench.load;

import com.google.protobuf.ByteString;
import im.protocol.v1.Code;
import im.protocol.v1.Conversation;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Clients that talk in pairs, the two of a pair on neighbouring endpoints, so that with two gateways every message
 * crosses from one to the other; or, after {@link #form}, in groups. All of them live on one event loop, which also sends; what is public is for one other
 * thread, which it blocks.
 */
public final class Clients implements AutoCloseable {
    /** Intended times are kept of so many messages; more must not be without an outcome. */
    private static final int KEPT = 1 << 21;

    /** So many sends, at most, before the loop reads again. */
    private static final int SENDS_A_TURN = 128;

    private static final long PAUSE_NANOS = 200_000;
    private static final int LOOKS_A_HEARTBEAT = 6;
    private static final long LOOK_AGAIN_MILLIS = 20;
    private static final long AGAIN_MILLIS = 300;

    private final List<URI> endpoints;
    private final String[] uids;
    private final String[] tokens;
    private final ByteString payload;
    private final EventLoopGroup loop;
    private final Class<? extends Channel> socket;
    private final List<Client> clients = new ArrayList<>();
    private final long[] intended = new long[KEPT];
    private final AtomicReference<@Nullable String> trouble = new AtomicReference<>();
    private final long idHigh = (System.currentTimeMillis() << 16) | 0x7000L;
    private long numbers = 1;
    private int connecting;
    private int live;
    private int wanted;
    private int atATime;
    private long heartbeatNanos;
    private final AtomicInteger retries = new AtomicInteger();
    private CompletableFuture<Void> arrival = new CompletableFuture<>();
    private CompletableFuture<Void> departure = new CompletableFuture<>();
    private Histogram welcomes = new Histogram(600_000_000, 3);
    private @Nullable Block block;
    private @Nullable GroupForming formed;
    private final List<Conversation> groups = new ArrayList<>();
    private int senders;
    private int receivers = 1;
    private int away = -1;
    private CompletableFuture<Long> comeback = new CompletableFuture<>();

    /**
     * @param count an even number
     * @param token for a uid
     */
    public Clients(List<URI> endpoints, UnaryOperator<String> token, int count, int payloadBytes) {
        this.endpoints = List.copyOf(endpoints);
        String run = Long.toString(System.currentTimeMillis(), 36);
        uids = new String[count];
        tokens = new String[count];
        for (int i = 0; i < count; i++) {
            uids[i] = "bench-" + run + "-" + i;
            tokens[i] = token.apply(uids[i]);
        }
        payload = ByteString.copyFrom(new byte[payloadBytes]);
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory factory = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        loop = new MultiThreadIoEventLoopGroup(1, factory);
        socket = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /**
     * Connects all of them and waits until each has caught up.
     *
     * @param atOnce how many may be on their way at a time
     * @return microseconds from the connect to Welcome
     */
    public Histogram connect(int atOnce, Duration patience) {
        arrival = new CompletableFuture<>();
        departure = new CompletableFuture<>();
        loop.execute(() -> {
            clients.clear();
            retries.set(0);
            welcomes = new Histogram(600_000_000, 3);
            wanted = uids.length;
            atATime = atOnce;
            connectMore();
        });
        await(arrival, patience, "clients did not arrive");
        return welcomes;
    }

    private void connectMore() {
        while (connecting < atATime && clients.size() < wanted) {
            int place = clients.size();
            clients.add(connect(place));
            connecting++;
        }
    }

    private Client connect(int place) {
        URI endpoint = endpoints.get(place % endpoints.size());
        Client client = new Client(this, place, uids[place], uids[place ^ 1], tokens[place], System.nanoTime());
        ChannelFuture connected = new Bootstrap()
                .group(loop)
                .channel(socket)
                .option(ChannelOption.TCP_NODELAY, true)
                .handler(client)
                .connect(endpoint.getHost(), endpoint.getPort());
        connected.addListener(done -> {
            if (!done.isSuccess()) {
                failed("cannot connect: " + done.cause());
            }
        });
        return client;
    }

    /** One that had not arrived lost its connection. */
    void turnedAway(int place, boolean comesAgain) {
        if (wanted == 0) {
            return;
        }
        if (!comesAgain) {
            failed("a connection ended before it was welcomed");
            return;
        }
        retries.incrementAndGet();
        loop.schedule(() -> clients.set(place, connect(place)), AGAIN_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Clients that were asked to come again while all connected the last time. */
    public int retries() {
        return retries.get();
    }

    void welcomed(long nanos, int heartbeatMs) {
        boolean first = heartbeatNanos == 0;
        heartbeatNanos = TimeUnit.MILLISECONDS.toNanos(heartbeatMs);
        if (first) {
            pingLater();
        }
        welcomes.recordValue(Math.min(nanos / 1_000, 600_000_000));
    }

    void arrived(int place, long nanos) {
        live++;
        if (place == away) {
            away = -1;
            comeback.complete(nanos);
            return;
        }
        connecting--;
        connectMore();
        if (live == wanted) {
            arrival.complete(null);
        }
    }

    void left(int place) {
        live--;
        if (place == away) {
            departure.complete(null);
        } else if (live == 0) {
            departure.complete(null);
        } else if (wanted > 0) {
            failed("a connection ended");
        }
    }

    void failed(String why) {
        if (wanted > 0 && trouble.compareAndSet(null, why)) {
            arrival.completeExceptionally(new IllegalStateException(why));
        }
    }

    /** Closes all connections, without a goodbye, and waits until they are closed here. */
    public void disconnect() {
        loop.execute(() -> {
            wanted = 0;
            clients.forEach(Client::leave);
        });
        await(departure, Duration.ofSeconds(30), "connections did not end");
    }

    /**
     * Forms groups of all clients, the first of whom owns them; from now on what is sent goes into groups, any of them.
     *
     * @param count of groups
     * @param sending the first so many clients send
     */
    public void form(int count, int sending, Duration patience) {
        GroupForming forming = new GroupForming(uids, idHigh + 1 + groups.size(), groups.size());
        loop.execute(() -> {
            forming.send(clients.get(0), count);
            groups.addAll(forming.groups());
            senders = sending;
            receivers = uids.length - 1;
            formed = forming;
        });
        await(forming.done(), patience, "groups were not formed");
    }

    /** Closes the connection of one client, without a goodbye. */
    public void leave(int place) {
        departure = new CompletableFuture<>();
        loop.execute(() -> {
            away = place;
            clients.get(place).leave();
        });
        await(departure, Duration.ofSeconds(30), "a connection did not end");
    }

    /** Connects that client again and waits until it has caught up; nanoseconds from the connect to that. */
    public long comeBack(int place) {
        comeback = new CompletableFuture<>();
        loop.execute(() -> clients.set(place, connect(place)));
        return await(comeback, Duration.ofSeconds(60), "a client did not come back");
    }

    /** Sends at a rate for a time; returns when the last has been sent. */
    public void send(double rate, Duration time) {
        CompletableFuture<Block> begun = new CompletableFuture<>();
        loop.execute(() -> {
            Block fresh = new Block(numbers, receivers, rate, time.toNanos(), numbers, System.nanoTime());
            block = fresh;
            turn(fresh);
            begun.complete(fresh);
        });
        await(begun.thenCompose(fresh -> fresh.ended), time.plusSeconds(60), "sending did not end");
        String why = trouble.get();
        if (why != null) {
            throw new IllegalStateException("a client was lost: " + why);
        }
    }

    /** Sends what is due, and comes again when more is; on the loop, between reads. */
    private void turn(Block sending) {
        long now = System.nanoTime();
        List<Client> touched = new ArrayList<>();
        while (sending.dueIn(now) <= 0 && touched.size() < SENDS_A_TURN) {
            long at = sending.take();
            intended[(int) (numbers & (KEPT - 1))] = at;
            Conversation group = groups.isEmpty() ? null : groups.get(sending.chooseOf(groups.size()));
            Client client = clients.get(sending.chooseOf(group == null ? clients.size() : senders));
            client.send(numbers++, idHigh, group, payload);
            touched.add(client);
        }
        touched.forEach(Client::flushSends);
        now = System.nanoTime();
        if (sending.isOver(now)) {
            sending.end(now);
            return;
        }
        long due = sending.dueIn(now);
        if (due <= 0) {
            loop.execute(() -> turn(sending));
        } else {
            loop.schedule(() -> turn(sending), Math.min(Math.max(due, PAUSE_NANOS), 10_000_000), TimeUnit.NANOSECONDS);
        }
    }

    void accepted(long number) {
        if (number >= GroupForming.FIRST_NUMBER && formed != null) {
            formed.accepted();
            return;
        }
        Block known = block;
        if (known != null) {
            known.accepted(number, System.nanoTime() - intended[(int) (number & (KEPT - 1))]);
        }
    }

    void refused(long number, Code code) {
        if (number >= GroupForming.FIRST_NUMBER && formed != null) {
            formed.refused(code);
            return;
        }
        Block known = block;
        if (known != null) {
            known.refused(number);
        }
        if (code == Code.MALFORMED || code == Code.UNSUPPORTED) {
            failed("refused: " + code);
        }
    }

    void delivered(long high, long number) {
        Block known = block;
        if (known != null && high == idHigh) {
            known.delivered(number, System.nanoTime() - intended[(int) (number & (KEPT - 1))]);
        }
    }

    /** Waits until each message of the last block has its outcome and is delivered, or the time is over. */
    public Recorded settle(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            CompletableFuture<@Nullable Recorded> looked = new CompletableFuture<>();
            boolean late = System.nanoTime() > end;
            loop.execute(() -> {
                Block known = block;
                looked.complete(known != null && (late || known.isSettled()) ? known.recorded() : null);
            });
            Recorded recorded = await(looked, Duration.ofSeconds(60), "the loop does not answer");
            if (recorded != null) {
                return recorded;
            }
            pause();
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(LOOK_AGAIN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void pingLater() {
        loop.schedule(this::ping, heartbeatNanos / LOOKS_A_HEARTBEAT, TimeUnit.NANOSECONDS);
    }

    /** Of those who have written nothing for half a heartbeat, so that each has before one is over. */
    private void ping() {
        long now = System.nanoTime();
        clients.forEach(client -> client.pingIfIdle(now, heartbeatNanos / 2));
        pingLater();
    }

    private <T extends @Nullable Object> T await(CompletableFuture<T> what, Duration patience, String otherwise) {
        try {
            return what.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException(otherwise + " within " + patience + ", " + live + " live", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException(otherwise, e);
        }
    }

    @Override
    public void close() {
        loop.execute(() -> {
            wanted = 0;
            clients.forEach(Client::leave);
        });
        loop.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
    }
}
