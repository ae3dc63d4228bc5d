package im.testkit.server;

import java.net.URI;
import java.util.List;

/**
 * What clients are pointed at: one server, or a cluster. A fault hits one process that serves clients: the server, or a
 * gateway, each time the next one.
 */
public interface Deployment {
    /** Where to connect now; of several gateways that run, each time the next one. */
    URI ws();

    URI tcp();

    /** The server API, where it is configured; of several gateways that run, each time that of the next one. */
    URI api();

    /** All gateways, running or not; or the one server. */
    List<Entrance> entrances();

    Tokens tokens();

    /** Whether every process runs. */
    boolean running();

    /** Starts what does not run, and waits until it is ready. */
    void start();

    /** SIGKILL; returns at once. Any thread. */
    void killNow();

    /** SIGKILL to the one that {@link #killNow} hit, or else to one that runs; returns when it is gone. */
    void kill9();

    /** SIGSTOP; returns when it stands. */
    void pause();

    /** SIGCONT to the one that was paused; returns when it goes on. */
    void resume();

    /** The end of the logs, for a failure's message. */
    String logTail();
}
