package im.gateway.launch;

import im.gateway.config.ListenConfig;
import im.gateway.launch.Endpoints.Ports;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Turns a port 0 into the one that was used last, or else into a free one below the range from which the kernel takes
 * the local ports of outgoing connections. One from that range could be gone after a restart: a client that tries to
 * connect again and again would, sooner or later, be given that very port for its own end.
 */
final class PortChoice {
    private static final Path LOCAL_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int USUAL_RANGE_START = 32_768;
    private static final int LOWEST = 10_240;
    private static final int FEWEST = 1_000;
    private static final int TRIES = 200;

    private final Ports last;
    private final RandomGenerator random;
    private final Set<Integer> taken = new HashSet<>();

    PortChoice(Ports last, RandomGenerator random) {
        this.last = last;
        this.random = random;
    }

    Ports choose(ListenConfig listen) throws CannotStart {
        taken.add(listen.httpPort());
        taken.add(listen.tcpPort());
        taken.add(listen.adminPort());
        return new Ports(
                choose(listen.httpPort(), last.http(), listen.host()),
                choose(listen.tcpPort(), last.tcp(), listen.host()),
                choose(listen.adminPort(), last.admin(), listen.adminHost()));
    }

    /** @param before the port that was used last, or 0 */
    int choose(int wanted, int before, String host) throws CannotStart {
        if (wanted != 0) {
            return wanted;
        }
        if (before > 0 && taken.add(before)) {
            return before;
        }
        int end = rangeStart();
        for (int i = 0; i < TRIES; i++) {
            int port = random.nextInt(LOWEST, end);
            if (isFree(host, port) && taken.add(port)) {
                return port;
            }
        }
        throw new CannotStart("no free port found on " + host + " between " + LOWEST + " and " + end);
    }

    private static boolean isFree(String host, int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(host, port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static int rangeStart() {
        try {
            String range = Files.readString(LOCAL_RANGE).strip();
            int start = Integer.parseInt(range.split("\\s+")[0]);
            return start >= LOWEST + FEWEST ? start : USUAL_RANGE_START;
        } catch (IOException | NumberFormatException e) {
            return USUAL_RANGE_START;
        }
    }
}
