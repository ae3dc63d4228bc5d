package im.gateway.edge;

import com.sun.management.UnixOperatingSystemMXBean;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import java.lang.management.ManagementFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How many sockets of clients may be open at once: what the process may open at all, less what it had open before and
 * what the store, the admin page and the app's own servers need later. A store that cannot open its next file ends the log, and one client too
 * many is no reason for that. Any thread.
 */
final class SocketRoom {
    /** Of the store 256, the log's next files and compactions; of the admin page the rest. */
    static final int RESERVED = 320;

    private static final int LEAST = 16;

    private final int most;
    private final AtomicInteger open = new AtomicInteger();
    private final ChannelFutureListener gone = closed -> open.decrementAndGet();

    SocketRoom(int most) {
        this.most = Math.max(LEAST, most);
    }

    /**
     * By the process's limit, where the platform tells it.
     *
     * @param others that are configured and opened later
     */
    static SocketRoom ofProcess(int others) {
        if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean process) {
            long free = process.getMaxFileDescriptorCount() - process.getOpenFileDescriptorCount() - RESERVED - others;
            return new SocketRoom((int) Math.min(Integer.MAX_VALUE, free));
        }
        return new SocketRoom(Integer.MAX_VALUE);
    }

    /** Counts a socket until it is closed; false when there is no room for it, and then it is to be closed. */
    boolean enter(Channel socket) {
        if (open.incrementAndGet() > most) {
            open.decrementAndGet();
            return false;
        }
        socket.closeFuture().addListener(gone);
        return true;
    }

    int open() {
        return open.get();
    }

    int most() {
        return most;
    }

    /** Why a client should go to another node, or null. */
    @Nullable String reason() {
        int now = open.get();
        return now < most ? null : now + " sockets are open, as many as the process's file descriptors allow";
    }
}
