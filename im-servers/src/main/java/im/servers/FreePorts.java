package im.servers;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntPredicate;

/**
 * Ports that nobody listens on. They lie below those that the kernel gives to outgoing connections, so that none of these
 * takes a server's port while the server is down.
 */
public final class FreePorts {
    private static final int LOWEST = 11_000;
    private static final int HIGHEST = 31_000;
    private static final int TRIES = 1_000;

    private FreePorts() {}

    public static int next() {
        return next(HIGHEST, port -> true);
    }

    /** One whose neighbour that far above is free too. */
    static int nextWithNeighbour(int distance) {
        return next(HIGHEST - distance, port -> isFree(port + distance));
    }

    private static int next(int highest, IntPredicate also) {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, highest);
            if (isFree(port) && also.test(port)) {
                return port;
            }
        }
        throw new IllegalStateException("no free port between " + LOWEST + " and " + highest);
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
