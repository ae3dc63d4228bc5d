package im.bench.target;

import java.net.URI;
import java.util.List;
import java.util.Map;

/** Servers that run. One thread, except {@link #token}. */
public interface Target extends AutoCloseable {
    /** Where clients connect, TCP. */
    List<URI> tcp();

    /** Process ids by name: {@code gateway-1}, {@code relay-1}, {@code kafka}. */
    Map<String, Long> pids();

    /** Admin ports of our own processes, by name. */
    Map<String, URI> admins();

    /** A token for that uid, good for hours. */
    String token(String uid);

    /** Kills all of them. */
    @Override
    void close();
}
