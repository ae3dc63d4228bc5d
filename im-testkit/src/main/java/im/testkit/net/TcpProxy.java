package im.testkit.net;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;

/**
 * A TCP proxy on loopback that can delay, slow down, stall, hold back, swallow and cut. Any thread may turn its knobs;
 * but for {@link #blackHole} and {@link #cut} they apply to all connections through it, also to those of later.
 */
public final class TcpProxy implements AutoCloseable {

    /** Which way bytes go. */
    public enum Direction {
        TO_SERVER,
        TO_CLIENT;

        Direction other() {
            return this == TO_SERVER ? TO_CLIENT : TO_SERVER;
        }
    }

    private final ServerSocket listener;
    private final Supplier<InetSocketAddress> target;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final Set<Direction> held = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong cuts = new AtomicLong();
    private final AtomicLong swallowed = new AtomicLong();
    private final AtomicLong stalls = new AtomicLong();
    private volatile long delayNanos;
    private volatile long bytesPerSecond;
    private volatile int stallEvery;
    private volatile long stallNanos;
    private volatile boolean open = true;

    private TcpProxy(ServerSocket listener, Supplier<InetSocketAddress> target) {
        this.listener = listener;
        this.target = target;
    }

    /**
     * Listens on a free port of loopback.
     *
     * @param target asked for every connection, so that a server may come back elsewhere
     */
    public static TcpProxy to(Supplier<InetSocketAddress> target) throws IOException {
        TcpProxy proxy = new TcpProxy(new ServerSocket(0, 128, InetAddress.getLoopbackAddress()), target);
        daemon("tcp-proxy-accept", proxy::accept);
        return proxy;
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** How many connections were ever accepted. */
    public long accepted() {
        return accepted.get();
    }

    /** From now on bytes arrive this much later, in both directions; the rate stays. */
    public void delay(Duration delay) {
        delayNanos = delay.toNanos();
    }

    /** Stops forwarding one way. What arrives waits; both ends stay open: with one direction the peer is half-open. */
    public void hold(Direction direction) {
        held.add(direction);
    }

    /** From now on each direction of a connection carries so many bytes a second; 0 is no limit. */
    public void rate(long bytes) {
        bytesPerSecond = bytes;
    }

    /**
     * From now on one write in so many, in each direction of a connection, is late by this much, and all behind it: what
     * a lost segment is to those above TCP. 0 is never.
     */
    public void stall(int oneIn, Duration howLong) {
        stallNanos = howLong.toNanos();
        stallEvery = oneIn;
    }

    /** How often something stalled. */
    public long stalls() {
        return stalls.get();
    }

    /**
     * The connections there are lose all that goes this way from now on, also the news of their end; both ends stay open
     * until each gives up by itself. New connections pass: so forgets a router what it translates.
     */
    public void blackHole(Direction... directions) {
        for (Link link : links) {
            for (Direction direction : directions) {
                link.lose(direction);
            }
        }
    }

    /** Bytes that went into black holes. */
    public long swallowed() {
        return swallowed.get();
    }

    /** Ends all that lasts: nothing is held, delayed, slow or stalled any more. */
    public void calm() {
        delay(Duration.ZERO);
        rate(0);
        stall(0, Duration.ZERO);
        release();
    }

    /** Forwards again, first what has waited. */
    public void release() {
        synchronized (held) {
            held.clear();
            held.notifyAll();
        }
    }

    /** Resets all connections that were accepted before; what was held back is gone. */
    public void cut() {
        cuts.incrementAndGet();
        links.forEach(Link::close);
    }

    /** Ends the proxy: no connection is accepted and all are reset. */
    @Override
    public void close() {
        open = false;
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            cut();
            release();
        }
    }

    private void accept() {
        while (open) {
            try {
                Socket client = listener.accept();
                long cutsBefore = cuts.get();
                accepted.incrementAndGet();
                connect(client, cutsBefore);
            } catch (IOException e) {
                if (open) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }

    private void connect(Socket client, long cutsBefore) throws IOException {
        Socket server = new Socket();
        // Before the server can know of it, so that no knob misses a connection that somebody has seen.
        Link link = new Link(this, client, server);
        links.add(link);
        try {
            server.connect(target.get(), 5_000);
            link.start();
        } catch (IOException e) {
            // Nobody is there, or it was cut already.
            link.close();
            return;
        }
        if (!open || cuts.get() != cutsBefore) {
            link.close();
        }
    }

    /** Waits until this direction is not held; false when the link was closed meanwhile. */
    boolean mayPass(Direction direction, Link link) throws InterruptedException {
        synchronized (held) {
            while (held.contains(direction) && link.open()) {
                held.wait(50);
            }
        }
        return link.open();
    }

    long delayNanos() {
        return delayNanos;
    }

    long bytesPerSecond() {
        return bytesPerSecond;
    }

    /** How long the n-th write of a direction has to wait. */
    long stallNanos(long n) {
        int every = stallEvery;
        if (every == 0 || n % every != every - 1) {
            return 0;
        }
        stalls.incrementAndGet();
        return stallNanos;
    }

    boolean isSlow() {
        return bytesPerSecond > 0 || stallEvery > 0;
    }

    boolean isOpen() {
        return open;
    }

    void swallowed(int bytes) {
        swallowed.addAndGet(bytes);
    }

    void gone(Link link) {
        links.remove(link);
    }

    static void daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }
}
