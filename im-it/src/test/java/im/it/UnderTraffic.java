package im.it;

import im.testkit.checker.Verdict;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Traffic;
import im.testkit.server.Deployment;
import java.util.List;
import java.util.function.Function;

/**
 * Apps of a cluster that write to one another all the while, half of them on each gateway: what a fault meets. A test
 * breaks something between {@link #begun} and {@link #judged}.
 */
final class UnderTraffic implements AutoCloseable {
    private static final int APPS = 8;
    private static final int PER_SECOND = 200;
    private static final int PAYLOAD_BYTES = 100;
    private static final int GROUPS = 2;

    private final Stage stage;
    private final Traffic traffic;

    private UnderTraffic(Stage stage, Traffic traffic) {
        this.stage = stage;
        this.traffic = traffic;
    }

    /** Returns when all are connected and so many messages were accepted. */
    static UnderTraffic begun(Deployment cluster, int accepted) {
        return begun(cluster, UnderTraffic::peers, accepted);
    }

    /** As {@link #begun}, but half of what they write goes into groups of all of them. */
    static UnderTraffic begunInGroups(Deployment cluster, int accepted) {
        return begun(
                cluster,
                stage -> {
                    List<App> peers = peers(stage.withGroups());
                    stage.awaitLive(peers);
                    stage.groups(GROUPS, peers);
                    return peers;
                },
                accepted);
    }

    private static UnderTraffic begun(Deployment cluster, Function<Stage, List<App>> people, int accepted) {
        UnderTraffic run = among(cluster, people);
        try {
            run.traffic.awaitTotal(accepted);
            return run;
        } catch (RuntimeException | Error e) {
            run.close();
            throw e;
        }
    }

    private static List<App> peers(Stage stage) {
        for (int i = 0; i < APPS; i++) {
            stage.app(stage.uid("u" + i), "phone", Start.NEW_FROM_FIRST_HELD).connect();
        }
        return List.copyOf(stage.apps());
    }

    /**
     * Returns when all are connected.
     *
     * @param people connects apps; those that it returns write to one another
     */
    static UnderTraffic among(Deployment cluster, Function<Stage, List<App>> people) {
        Stage stage = new Stage(cluster, true, Stage.chooseSeed());
        try {
            List<App> writers = people.apply(stage);
            stage.awaitLive(stage.apps());
            return new UnderTraffic(stage, new Traffic(stage, writers, PER_SECOND, PAYLOAD_BYTES));
        } catch (RuntimeException | Error e) {
            stage.close();
            throw e;
        }
    }

    Stage stage() {
        return stage;
    }

    Traffic traffic() {
        return traffic;
    }

    /** One more app, which the traffic knows nothing of; it is not connected yet. */
    App newcomer(String name) {
        return stage.app(stage.uid(name), "phone", Start.NEW_FROM_FIRST_HELD);
    }

    /** What has happened up to now; {@link Comeback#since} asks for what came later. */
    int mark() {
        return stage.history().size();
    }

    /** Nobody's connection has ended since it was made. */
    void assertThatAllConnectionsStayed() {
        Judged.connectionsStayed(stage.apps());
    }

    /** Ends the traffic; all that was accepted, a thousand messages or more, is where it has to be. */
    Verdict judged(String fault) {
        traffic.stop();
        return Judged.clean(stage, fault);
    }

    @Override
    public void close() {
        traffic.close();
        stage.close();
    }
}
