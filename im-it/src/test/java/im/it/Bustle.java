package im.it;

import static org.assertj.core.api.Assertions.assertThat;

import im.testkit.checker.Verdict;
import im.testkit.history.DeliveryTimes;
import im.testkit.history.Start;
import im.testkit.load.App;
import im.testkit.load.Stage;
import im.testkit.load.Visitors;
import im.testkit.server.ClusterProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a fault of a cluster meets: people who write to one another and into groups of theirs all the while, each on a phone
 * that stays, and tablets of theirs that come and go; and a group whose members come and go. Driven by one thread.
 */
final class Bustle implements AutoCloseable {
    private static final List<String> PEOPLE = List.of("ann", "bob", "cy", "dee", "eve", "fay");
    private static final String PHONE = "phone";
    private static final int GROUPS = 4;

    private final UnderTraffic run;
    private final List<App> phones = new ArrayList<>();
    private final Visitors visitors;
    private final GroupChurn churn;
    private final Map<String, Long> phases = new LinkedHashMap<>();

    Bustle(ClusterProcess cluster) {
        this(cluster, GROUPS);
    }

    /** @param groups of all of them, into which half of what they write goes */
    Bustle(ClusterProcess cluster, int groups) {
        List<App> tablets = new ArrayList<>();
        run = UnderTraffic.among(cluster, stage -> {
            stage.withGroups();
            for (String name : PEOPLE) {
                phones.add(stage.app(stage.uid(name), PHONE, Start.NEW_FROM_FIRST_HELD)
                        .connect());
            }
            for (String name : PEOPLE) {
                Start start = tablets.size() % 2 == 0 ? Start.NEW_FROM_FIRST_HELD : Start.NEW_FROM_HEADS;
                tablets.add(stage.app(stage.uid(name), "tablet", start).connect());
            }
            stage.awaitLive(phones);
            stage.groups(groups, phones);
            return phones;
        });
        visitors = new Visitors(run.stage(), tablets);
        try {
            churn = new GroupChurn(cluster, stage().seed());
        } catch (RuntimeException | Error e) {
            visitors.close();
            run.close();
            throw e;
        }
    }

    private Stage stage() {
        return run.stage();
    }

    /** Those who stay. */
    List<App> phones() {
        return phones;
    }

    /** Waits until so many more messages than now are accepted. */
    void awaitMore(int messages) {
        run.traffic().awaitMore(messages);
    }

    /** Messages accepted, and changes of membership, up to now. */
    long accepted() {
        return run.traffic().accepted() + churn.taken();
    }

    /** A phase begins; how long messages that were accepted in it took is told at the end. */
    void phase(String name) {
        phases.put(name, stage().history().now());
    }

    /** Ends the traffic; a new device of everybody reads all there is from the first on; then the checker decides. */
    Verdict judge(String fault) {
        run.traffic().stop();
        visitors.stop();
        assertThat(visitors.visits()).as("visits").isPositive();
        churn.judge();
        for (App phone : phones) {
            stage().app(phone.uid(), "late", Start.NEW_FROM_FIRST_HELD).connect();
        }
        phase("the rest");
        Verdict verdict = Judged.clean(stage(), fault);
        tell(fault);
        return verdict;
    }

    private void tell(String fault) {
        DeliveryTimes times =
                new DeliveryTimes(stage().history(), device -> device.device().equals(PHONE));
        List<String> names = new ArrayList<>(phases.keySet());
        for (int i = 0; i + 1 < names.size(); i++) {
            long from = phases.getOrDefault(names.get(i), 0L);
            long to = phases.getOrDefault(names.get(i + 1), 0L);
            System.out.printf(
                    "%s: %s, %d ms: longest from accepted to delivered %d ms, the last of it %d ms after its end%n",
                    fault,
                    names.get(i),
                    Duration.ofNanos(to - from).toMillis(),
                    times.longest(from, to).toMillis(),
                    times.behind(to).toMillis());
        }
    }

    @Override
    public void close() {
        churn.close();
        visitors.close();
        run.close();
    }
}
