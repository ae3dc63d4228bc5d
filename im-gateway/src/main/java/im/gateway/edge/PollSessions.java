package im.gateway.edge;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The poll sessions of this process, by the id that their requests name. Any thread. */
final class PollSessions {
    /** Characters of an id: 16 bytes of chance. */
    static final int ID_LENGTH = 22;

    /** Of the bodies of all requests that are not read yet; their buffers take up to twice as much. */
    static final long MAX_BODY_BYTES = 64L << 20;

    private static final int ID_BYTES = 16;
    private static final int IPV6_BYTES = 16;
    private static final int IPV6_NETWORK_BYTES = 8;

    private final PollBounds bounds;
    private final SecureRandom random = new SecureRandom();
    private final ConcurrentHashMap<String, PollConnection> sessions = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<ByteBuffer, Integer> addresses = new ConcurrentHashMap<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong bodyBytes = new AtomicLong();
    private volatile boolean draining;

    PollSessions(PollBounds bounds) {
        this.bounds = bounds;
    }

    /** Which bound a new session has met. */
    enum Full {
        ALL,
        ADDRESS,
        /** The process stops. */
        DRAINING
    }

    PollBounds bounds() {
        return bounds;
    }

    int open() {
        return open.get();
    }

    @Nullable PollConnection find(String id) {
        return sessions.get(id);
    }

    /** Takes room for a session of that client; null when there was, and then {@link #leave} gives it back. */
    @Nullable Full enter(InetAddress client) {
        if (draining) {
            return Full.DRAINING;
        } else if (open.incrementAndGet() > bounds.sessions()) {
            open.decrementAndGet();
            return Full.ALL;
        }
        int theirs = addresses.merge(network(client), 1, Integer::sum);
        if (theirs > bounds.sessionsPerAddress()) {
            leave(client);
            return Full.ADDRESS;
        }
        return null;
    }

    private void leave(InetAddress client) {
        open.decrementAndGet();
        addresses.computeIfPresent(network(client), (address, had) -> had == 1 ? null : had - 1);
    }

    /** Of an IPv6 address its /64, of which one client has all. */
    private static ByteBuffer network(InetAddress client) {
        byte[] bytes = client.getAddress();
        return ByteBuffer.wrap(bytes.length == IPV6_BYTES ? Arrays.copyOf(bytes, IPV6_NETWORK_BYTES) : bytes);
    }

    String newId() {
        byte[] bytes = new byte[ID_BYTES];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    void add(PollConnection connection) {
        sessions.put(connection.session(), connection);
    }

    /** Gives back what {@link #enter} took. */
    void remove(PollConnection connection) {
        if (sessions.remove(connection.session(), connection)) {
            leave(connection.client());
        }
    }

    /** From now on none begins; those that there are go on. */
    void drain() {
        draining = true;
    }

    boolean isDraining() {
        return draining;
    }

    /** Whether there is room for so many bytes more of request bodies: for an eighth of what is left at most. */
    boolean takeBody(int bytes) {
        long before = bodyBytes.getAndAdd(bytes);
        if (before + bytes * 8L <= MAX_BODY_BYTES) {
            return true;
        }
        bodyBytes.addAndGet(-bytes);
        return false;
    }

    void giveBackBody(int bytes) {
        bodyBytes.addAndGet(-bytes);
    }

    /** Ends those that are left: the server stops. */
    void close() {
        sessions.values().forEach(connection -> {
            try {
                connection.loop().execute(connection::serverStops);
            } catch (RejectedExecutionException e) {
                // Its loop has ended before.
            }
        });
    }
}
