package im.it;

import im.testkit.load.Stage;
import im.testkit.server.AdminPages;
import im.testkit.server.ClusterProcess;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A cluster that is as it was before the fault. */
final class Whole {
    private static final int PARTITIONS = 8;
    private static final String LAG = "im_relay_lag_records";

    private final ClusterProcess cluster;
    private final Map<String, AdminPages> pages = new TreeMap<>();

    private Whole(ClusterProcess cluster) {
        this.cluster = cluster;
        for (String name : cluster.names()) {
            if (name.startsWith("gateway-") || name.startsWith("relay-")) {
                pages.put(name, cluster.adminPages(name));
            }
        }
    }

    /** Waits until every process is ready with nothing degraded, and every partition has a relay that lags behind nothing. */
    static void await(ClusterProcess cluster) {
        Whole whole = new Whole(cluster);
        try {
            Stage.await(whole::is, "whole");
        } catch (IllegalStateException e) {
            throw new IllegalStateException("the cluster is not whole again: " + whole.complaints(), e);
        }
    }

    private boolean is() {
        try {
            return cluster.running() && pages.values().stream().allMatch(Whole::isWell) && isUpToDate();
        } catch (UncheckedIOException e) {
            return false;
        }
    }

    private static boolean isWell(AdminPages admin) {
        AdminPages.Page page = admin.ready();
        return page.status() == 200 && !page.text().contains("degraded");
    }

    private boolean isUpToDate() {
        List<Double> lags = pages.values().stream()
                .flatMap(admin -> admin.metrics(LAG).stream())
                .toList();
        return lags.size() == PARTITIONS && lags.stream().allMatch(lag -> lag == 0);
    }

    private String complaints() {
        StringBuilder text = new StringBuilder();
        pages.forEach((name, admin) -> {
            text.append("\n")
                    .append(name)
                    .append(' ')
                    .append(cluster.process(name).state());
            try {
                text.append(' ').append(admin.ready().text()).append(" lag ").append(admin.metrics(LAG));
            } catch (UncheckedIOException e) {
                text.append(' ').append(e);
            }
        });
        return text + cluster.logTail();
    }
}
